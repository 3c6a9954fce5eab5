/**
 * One file in parts: the server keeps each as it comes, a reload goes on with the rest. The digest of a file is the SHA-256
 * of the SHA-256 of its parts, so that a large one is read once and never held in memory.
 *
 * Not here: the order of several files, pauses and progress (carrying.ts).
 */
import type { Carrier } from './carrying'
import { api, got } from './client'
import { asProblem, Problem } from './problem'
import { browserMemory, type Memory } from './remembered'
import type { components } from './schema'
import { sendBytes } from './upload'
import { shown } from '@/view/settings'

export type UploadView = components['schemas']['UploadView']
export type UploadPurpose = UploadView['purpose']
export const PART_BYTES = 2 ** 20

export interface About {
  purpose: UploadPurpose
  patientId: string | undefined
  /** What the file is for: the same file for something else begins anew. */
  scope: string
}

export interface Finished {
  uploadId: string
  attachmentId: string | null
}

export interface UploadServer {
  start(about: About, file: File): Promise<UploadView>
  show(id: string): Promise<UploadView>
  put(
    id: string,
    number: number,
    part: Blob,
    sha256: string,
    told: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<void>
  finish(id: string, sha256: string): Promise<UploadView>
  drop(id: string): Promise<void>
}

const path = (upload_id: string) => ({ params: { path: { upload_id } } })

export const uploadServer: UploadServer = {
  start: (about, file) =>
    got(
      api.POST('/api/uploads', {
        body: {
          purpose: about.purpose,
          patient_id: about.patientId ?? null,
          name: file.name.slice(-200),
          size: file.size,
          content_type: file.type || 'application/octet-stream',
        },
      }),
    ),
  show: (id) => got(api.GET('/api/uploads/{upload_id}', path(id))),
  put: (id, number, part, sha256, told, signal) =>
    sendBytes('PUT', `/api/uploads/${id}/parts/${number}?sha256=${sha256}`, part, { told, signal }),
  finish: (id, sha256) => got(api.POST('/api/uploads/{upload_id}/finish', { ...path(id), body: { sha256 } })),
  drop: async (id) => {
    await api.DELETE('/api/uploads/{upload_id}', path(id))
  },
}

export async function sha256(bytes: ArrayBuffer | Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The bytes of a piece. A file that was moved or changed since it was chosen cannot be read any more. */
export async function bytesOf(piece: Blob): Promise<ArrayBuffer> {
  try {
    return await piece.arrayBuffer()
  } catch {
    throw new Problem({
      code: 'file-gone',
      title:
        shown.language === 'en'
          ? 'The file cannot be read any more. Remove it here and choose it again'
          : '文件读不到了（可能被移动、改动或拔出了 U 盘），请删除这一份后重新选择',
    })
  }
}

export class FileInParts implements Carrier<Finished> {
  readonly pieces: readonly number[]
  private id: string | undefined
  private mark = ''
  private readonly digests = new Map<number, Uint8Array<ArrayBuffer>>()

  constructor(
    private readonly file: File,
    private readonly about: About,
    /** Told the id before the first part leaves, each time it is opened. */
    private readonly begun: (uploadId: string) => Promise<void> = () => Promise.resolve(),
    private readonly server: UploadServer = uploadServer,
    private readonly memory: Memory = browserMemory,
    private readonly partBytes: number = PART_BYTES,
  ) {
    const count = Math.ceil(file.size / partBytes)
    this.pieces = Array.from({ length: count }, (_, n) => Math.min(partBytes, file.size - n * partBytes))
  }

  async open(): Promise<ReadonlySet<number>> {
    this.mark ||= `${this.about.scope}:${this.file.size}:${hex(await this.digest(0))}`
    const upload = (await this.known()) ?? (await this.server.start(this.about, this.file))
    this.id = upload.id
    await this.memory.put(this.mark, upload.id)
    await this.begun(upload.id)
    return upload.finished_at ? new Set(this.pieces.keys()) : new Set(upload.received)
  }

  async send(piece: number, told: (bytes: number) => void, signal: AbortSignal): Promise<void> {
    const sum = hex(await this.digest(piece))
    await this.server.put(this.id as string, piece, this.slice(piece), sum, told, signal)
  }

  async finish(): Promise<Finished> {
    const all = new Uint8Array(32 * this.pieces.length)
    for (const piece of this.pieces.keys()) all.set(await this.digest(piece), 32 * piece)
    const done = await this.server.finish(this.id as string, hex(await sha256(all)))
    await this.memory.forget(this.mark)
    return { uploadId: done.id, attachmentId: done.attachment_id }
  }

  async drop(): Promise<void> {
    await this.memory.forget(this.mark)
    if (this.id) await this.server.drop(this.id)
  }

  /** The upload of this file that this browser began before, if the server still has it. */
  private async known(): Promise<UploadView | undefined> {
    const id = this.id ?? (await this.memory.get(this.mark))
    if (!id) return undefined
    try {
      const upload = await this.server.show(id)
      return upload.size === this.file.size && upload.part_bytes === this.partBytes ? upload : undefined
    } catch (error) {
      if (asProblem(error).status !== 404) throw error
      return undefined
    }
  }

  private slice(piece: number): Blob {
    return this.file.slice(piece * this.partBytes, (piece + 1) * this.partBytes)
  }

  private async digest(piece: number): Promise<Uint8Array<ArrayBuffer>> {
    let found = this.digests.get(piece)
    if (!found) this.digests.set(piece, (found = await sha256(await bytesOf(this.slice(piece)))))
    return found
  }
}

/**
 * A study's pictures on their way: loose files one by one, so that the first are seen while the last still travel; a packed
 * one in parts. Whether they are this patient's is looked at before they are entered; where that is not sure, a person says.
 */
import { api, got } from '@/api/client'
import type { components } from '@/api/schema'
import type { Arrived } from './uploads'
import type { Carrier } from '@/api/carrying'
import { Problem } from '@/api/problem'
import { browserMemory, type Memory } from '@/api/remembered'
import { FileInParts, hex, sha256 } from '@/api/resumable'
import { sendBytes } from '@/api/upload'

/** What lies in one arrival, and whether it fits the patient it was sent for. */
export type Found = components['schemas']['ArrivedStudyView']
export const ASKS = 'study-asks'
export const foundIn = (problem: Problem | undefined): Found[] =>
  problem?.code === ASKS ? (problem.members['found'] as Found[]) : []

const ARRIVAL = '/api/imaging/arrivals/{arrival_id}'
const at = (arrival_id: string) => ({ params: { path: { arrival_id } } })

export interface StudyServer {
  begin(patientId: string, requestId: string): Promise<string>
  send(id: string, file: File, told: (bytes: number) => void, signal: AbortSignal): Promise<void>
  fromUpload(id: string, uploadId: string): Promise<void>
  check(id: string): Promise<Found[]>
  finish(id: string, studies: { study_uid: string; patient_id: string }[], reason?: string): Promise<void>
  drop(id: string): Promise<void>
}

export const studyServer: StudyServer = {
  begin: async (patient_id, request_id) =>
    (await got(api.POST('/api/imaging/arrivals', { body: { patient_id, request_id } }))).id,
  send: (id, file, bytes, signal) =>
    sendBytes('POST', `/api/imaging/arrivals/${id}/files`, new Blob([file]), {
      told: bytes,
      signal,
      headers: { 'X-File-Name': encodeURIComponent(file.name) },
    }),
  fromUpload: async (id, upload_id) => {
    await api.POST(`${ARRIVAL}/from-upload`, { ...at(id), body: { upload_id } })
  },
  check: (id) => got(api.POST(`${ARRIVAL}/check`, at(id))),
  finish: async (id, studies, reason) => {
    await api.POST(`${ARRIVAL}/finish`, { ...at(id), body: { studies, reason: reason ?? null } })
  },
  drop: async (id) => {
    await api.DELETE(ARRIVAL, at(id))
  },
}

/** What both ways have in common: the arrival, the question whose it is, and the end. */
abstract class Study implements Carrier<Arrived> {
  abstract readonly pieces: readonly number[]
  protected id: string | undefined
  private reason: string | undefined

  constructor(
    private readonly patientId: string,
    private readonly requestId: string,
    private readonly entered: (studyIds: readonly string[]) => Promise<void>,
    protected readonly server: StudyServer,
  ) {}

  abstract open(): Promise<ReadonlySet<number>>
  abstract send(piece: number, told: (bytes: number) => void, signal: AbortSignal): Promise<void>
  abstract finish(): Promise<Arrived>
  abstract drop(): Promise<void>

  /** Somebody looked at what does not fit and says that it is this patient's. */
  confirm(reason: string): void {
    this.reason = reason
  }

  protected begin(): Promise<string> {
    return this.server.begin(this.patientId, this.requestId)
  }

  protected async enter(id: string): Promise<Arrived> {
    const found = await this.server.check(id)
    if (!this.reason && found.some((one) => one.fits !== 'yes')) {
      throw new Problem({ code: ASKS, status: 409, title: '', found })
    }
    const studies = found.map((one) => ({ study_uid: one.study_uid, patient_id: this.patientId }))
    await this.server.finish(id, studies, this.reason)
    const studyIds = found.map((one) => one.study_id)
    await this.entered(studyIds)
    return { studyIds }
  }
}

/** Loose files: each is a piece. What left before a reload is remembered by its place in the list. */
export class LooseStudy extends Study {
  readonly pieces: readonly number[]
  private readonly files: readonly File[]
  private readonly sent = new Set<number>()
  private mark = ''

  constructor(
    files: readonly File[],
    patientId: string,
    private readonly scope: string,
    entered: (studyIds: readonly string[]) => Promise<void>,
    server: StudyServer = studyServer,
    private readonly memory: Memory = browserMemory,
  ) {
    super(patientId, scope, entered, server)
    this.files = [...files].sort((a, b) => pathOf(a).localeCompare(pathOf(b)))
    this.pieces = this.files.map((one) => one.size)
  }

  async open(): Promise<ReadonlySet<number>> {
    const list = new TextEncoder().encode(this.files.map((one) => `${pathOf(one)}:${one.size}`).join('\n'))
    this.mark ||= `${this.scope}:${hex(await sha256(list))}`
    const [id, ...sent] = (await this.memory.get(this.mark))?.split(' ') ?? []
    if (id && !this.id) for (const one of sent) this.sent.add(Number(one))
    this.id ??= id || (await this.begin())
    return this.sent
  }

  async send(piece: number, told: (bytes: number) => void, signal: AbortSignal): Promise<void> {
    await this.server.send(this.id as string, this.files[piece] as File, told, signal)
    this.sent.add(piece)
    await this.memory.put(this.mark, [this.id, ...this.sent].join(' '))
  }

  async finish(): Promise<Arrived> {
    const arrived = await this.enter(this.id as string)
    await this.memory.forget(this.mark)
    return arrived
  }

  async drop(): Promise<void> {
    await this.memory.forget(this.mark)
    if (this.id) await this.server.drop(this.id)
  }
}

/** A packed study: parts first, unpacked at the other end. */
export class PackedStudy extends Study {
  readonly pieces: readonly number[]
  private readonly parts: FileInParts
  private unpacked = false

  constructor(
    file: File,
    patientId: string,
    scope: string,
    entered: (studyIds: readonly string[]) => Promise<void>,
    server: StudyServer = studyServer,
    parts?: FileInParts,
  ) {
    super(patientId, scope, entered, server)
    this.parts = parts ?? new FileInParts(file, { purpose: 'imaging_zip', patientId, scope })
    this.pieces = this.parts.pieces
  }

  open(): Promise<ReadonlySet<number>> {
    return this.parts.open()
  }

  send(piece: number, told: (bytes: number) => void, signal: AbortSignal): Promise<void> {
    return this.parts.send(piece, told, signal)
  }

  async finish(): Promise<Arrived> {
    if (!this.unpacked) {
      const { uploadId } = await this.parts.finish()
      this.id ??= await this.begin()
      await this.server.fromUpload(this.id, uploadId)
      this.unpacked = true
    }
    return this.enter(this.id as string)
  }

  async drop(): Promise<void> {
    await this.parts.drop()
    if (this.id) await this.server.drop(this.id)
  }
}

const pathOf = (file: File): string => file.webkitRelativePath || file.name

/** How pictures travel: loose files one by one, a packed folder in parts that survive a reload. Each tells what became of it. */
import { sendOne, unpack, type Outcome } from './arriving'
import type { Found } from './gather'
import type { Carrier } from '@/api/carrying'
import { asProblem } from '@/api/problem'
import { FileInParts } from '@/api/resumable'

/** What became of one file that was not even taken: with the sentence of the refusal. */
export interface Refused {
  name: string
  title: string
}
export interface Told {
  outcomes: Outcome[]
  refused: Refused[]
}

type Send = typeof sendOne

/** A folder or a handful of files: each is a piece, and one that is refused does not stop the others. */
export class Loose implements Carrier<Told> {
  readonly pieces: readonly number[]
  private readonly told: Told = { outcomes: [], refused: [] }
  private readonly arrived = new Set<number>()

  constructor(
    private readonly files: readonly Found[],
    private readonly arrival: () => Promise<string>,
    private readonly heard: (told: Told) => void = () => undefined,
    private readonly sendTo: Send = sendOne,
  ) {
    this.pieces = files.map((one) => one.file.size)
  }

  open(): Promise<ReadonlySet<number>> {
    return Promise.resolve(this.arrived)
  }

  async send(piece: number, told: (bytes: number) => void, signal: AbortSignal): Promise<void> {
    const { file, path } = this.files[piece] as Found
    const id = await this.arrival()
    try {
      const { outcomes } = await this.sendTo(id, file, path, told, signal)
      this.told.outcomes.push(...outcomes)
    } catch (error) {
      const problem = asProblem(error)
      if (signal.aborted || problem.passing || problem.status === 401 || problem.status === 404) throw error
      this.told.refused.push({ name: path, title: problem.title })
    }
    this.arrived.add(piece)
    this.heard(this.told)
  }

  finish(): Promise<Told> {
    return Promise.resolve(this.told)
  }

  drop(): Promise<void> {
    return Promise.resolve()
  }
}

/** A zip: in parts, unpacked at the other end. */
export class Packed implements Carrier<Told> {
  readonly pieces: readonly number[]
  private readonly parts: FileInParts

  constructor(
    file: File,
    patientId: string | undefined,
    private readonly arrival: () => Promise<string>,
    private readonly heard: (told: Told) => void = () => undefined,
  ) {
    this.parts = new FileInParts(file, { purpose: 'imaging_zip', patientId, scope: 'imaging' })
    this.pieces = this.parts.pieces
  }

  open(): Promise<ReadonlySet<number>> {
    return this.parts.open()
  }

  send(piece: number, told: (bytes: number) => void, signal: AbortSignal): Promise<void> {
    return this.parts.send(piece, told, signal)
  }

  async finish(): Promise<Told> {
    const { uploadId } = await this.parts.finish()
    const { outcomes } = await unpack(await this.arrival(), uploadId)
    const told = { outcomes, refused: [] }
    this.heard(told)
    return told
  }

  drop(): Promise<void> {
    return this.parts.drop()
  }
}

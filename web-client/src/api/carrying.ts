/**
 * Files on their way, several at once, over a line that breaks: whatever can be done soonest goes first, a lost line is a
 * pause that ends by itself, and every file says how far it is and how long it will take. It runs behind whatever page is open.
 *
 * Not here: how one file travels (a Carrier: resumable.ts, or a study's pictures).
 */
import { asProblem, type Problem } from './problem'
import { wallClock, type Clock } from '@/rt/throttle'

export interface Carrier<T> {
  /** The sizes of the pieces in which it travels. */
  readonly pieces: readonly number[]
  /** Begins, or goes on; which pieces have arrived already. */
  open(): Promise<ReadonlySet<number>>
  send(piece: number, told: (bytes: number) => void, signal: AbortSignal): Promise<void>
  /** Every piece is there. */
  finish(): Promise<T>
  /** The person does not want it any more. */
  drop(): Promise<void>
}

export type CarryState = 'waiting' | 'sending' | 'checking' | 'done' | 'failed'

export interface Carried<T> {
  readonly key: string
  readonly name: string
  readonly kind: string
  readonly size: number
  readonly sent: number
  readonly state: CarryState
  readonly problem: Problem | undefined
  /** Seconds until it has arrived, as far as the line so far tells. */
  readonly remainingS: number | undefined
  readonly result: T | undefined
}

export interface Carrying<T> {
  files: readonly Carried<T>[]
  /** Why nothing moves: no line. It goes on by itself. */
  paused: boolean
  /** Bytes in all and arrived, of what is not given up. */
  size: number
  sent: number
}

interface Job<T> {
  key: string
  name: string
  kind: string
  carrier: Carrier<T>
  size: number
  state: CarryState
  opened: boolean
  arrived: Set<number>
  flying: Map<number, number>
  failures: Map<number, number>
  problem: Problem | undefined
  result: T | undefined
  stop: AbortController
}

const LANES = 2
/** Bytes a second below which pieces go one by one: the first that is whole is kept sooner. */
const SLOW = 200_000
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000
const WINDOW_MS = 20_000
const PIECE_TRIES = 3
/** A piece that was hurt on its way is sent again. */
const HURT = new Set(['upload-part-damaged', 'upload-part-size'])

export class Queue<T> {
  private readonly jobs: Job<T>[] = []
  private readonly listeners = new Set<(now: Carrying<T>) => void>()
  private readonly samples: { at: number; bytes: number }[] = []
  private lanes = 0
  private waitMs = FIRST_WAIT_MS
  private pause: (() => void) | undefined
  private moved = 0

  constructor(
    private readonly clock: Clock = wallClock,
    private readonly slow: number = SLOW,
  ) {}

  /** Tells of every change until the returned function is called. */
  subscribe(listener: (now: Carrying<T>) => void): () => void {
    this.listeners.add(listener)
    listener(this.now())
    return () => this.listeners.delete(listener)
  }

  add(name: string, kind: string, carrier: Carrier<T>): string {
    const key = crypto.randomUUID()
    const size = carrier.pieces.reduce((sum, one) => sum + one, 0)
    this.jobs.push({
      key,
      name,
      kind,
      carrier,
      size,
      state: 'waiting',
      opened: false,
      arrived: new Set(),
      flying: new Map(),
      failures: new Map(),
      problem: undefined,
      result: undefined,
      stop: new AbortController(),
    })
    this.turn()
    return key
  }

  /** Tries again what was refused. */
  retry(key: string): void {
    const job = this.jobs.find((one) => one.key === key)
    if (job?.state !== 'failed') return
    Object.assign(job, { state: 'waiting', opened: false, problem: undefined, stop: new AbortController() })
    job.failures.clear()
    this.goOn()
  }

  /** Takes a file off the list; one that has not arrived is given up at the other end too. */
  async remove(key: string): Promise<void> {
    const at = this.jobs.findIndex((one) => one.key === key)
    const [job] = at < 0 ? [] : this.jobs.splice(at, 1)
    if (!job) return
    job.stop.abort()
    this.tell()
    if (job.state !== 'done') await job.carrier.drop().catch(() => undefined)
    this.turn()
  }

  /** The line is back: goes on at once instead of waiting for the next try. */
  goOn(): void {
    this.pause?.()
    this.pause = undefined
    this.waitMs = FIRST_WAIT_MS
    this.turn()
  }

  /** Whether anything would be lost if the window closed now. */
  get busy(): boolean {
    return this.jobs.some((job) => job.state !== 'done' && job.state !== 'failed')
  }

  now(): Carrying<T> {
    const rate = this.rate()
    const left = (job: Job<T>) => job.size - sentOf(job)
    const inOrder = this.jobs.filter(moving).sort((a, b) => left(a) - left(b))
    const ahead = new Map<string, number>()
    let sum = 0
    for (const job of inOrder) ahead.set(job.key, (sum += left(job)))
    const files = this.jobs.map((job): Carried<T> => {
      const bytes = ahead.get(job.key)
      return {
        key: job.key,
        name: job.name,
        kind: job.kind,
        size: job.size,
        sent: sentOf(job),
        state: job.state,
        problem: job.problem,
        remainingS: bytes !== undefined && rate > 0 ? bytes / rate : undefined,
        result: job.result,
      }
    })
    const total = (of: (job: Job<T>) => number) => this.jobs.reduce((all, job) => all + of(job), 0)
    return { files, paused: this.pause !== undefined, size: total((job) => job.size), sent: total(sentOf) }
  }

  private tell(): void {
    const now = this.now()
    for (const listener of [...this.listeners]) listener(now)
  }

  /** Bytes a second, of the last while in which anything moved. */
  private rate(): number {
    const [first] = this.samples
    const last = this.samples.at(-1)
    if (!first || !last || last.at - first.at < 500) return 0
    return ((last.bytes - first.bytes) * 1000) / (last.at - first.at)
  }

  private count(bytes: number): void {
    const at = this.clock.now()
    this.moved += bytes
    this.samples.push({ at, bytes: this.moved })
    while (this.samples.length > 2 && at - (this.samples[0]?.at ?? at) > WINDOW_MS) this.samples.shift()
  }

  /** Gives every free lane something to do: of what waits, the file that is done soonest. */
  private turn(): void {
    const rate = this.rate()
    const most = rate > 0 && rate < this.slow ? 1 : LANES
    while (!this.pause && this.lanes < most) {
      const work = this.nextWork()
      if (!work) break
      this.lanes += 1
      void work().finally(() => {
        this.lanes -= 1
        this.turn()
      })
    }
    this.tell()
  }

  private nextWork(): (() => Promise<void>) | undefined {
    const inOrder = this.jobs
      .filter((job) => job.state === 'waiting' || job.state === 'sending')
      .sort((a, b) => a.size - sentOf(a) - (b.size - sentOf(b)))
    for (const job of inOrder) {
      if (!job.opened) {
        if (job.state === 'sending') continue
        job.state = 'sending'
        return () => this.open(job)
      }
      const piece = job.carrier.pieces.findIndex((_, n) => !job.arrived.has(n) && !job.flying.has(n))
      if (piece >= 0) {
        job.flying.set(piece, 0)
        return () => this.carry(job, piece)
      }
      if (job.flying.size === 0) {
        job.state = 'checking'
        return () => this.finish(job)
      }
    }
    return undefined
  }

  private async open(job: Job<T>): Promise<void> {
    try {
      job.arrived = new Set(await job.carrier.open())
      job.opened = true
      this.waitMs = FIRST_WAIT_MS
    } catch (error) {
      this.stumbled(job, error, 'waiting')
    }
  }

  private async carry(job: Job<T>, piece: number): Promise<void> {
    const { signal } = job.stop
    const told = (bytes: number) => {
      if (!job.flying.has(piece)) return
      this.count(Math.max(0, bytes - (job.flying.get(piece) ?? 0)))
      job.flying.set(piece, bytes)
      this.tell()
    }
    try {
      await job.carrier.send(piece, told, signal)
      told(job.carrier.pieces[piece] ?? 0)
      job.arrived.add(piece)
      this.waitMs = FIRST_WAIT_MS
    } catch (error) {
      const tries = (job.failures.get(piece) ?? 0) + 1
      job.failures.set(piece, tries)
      if (signal.aborted || (HURT.has(asProblem(error).code) && tries < PIECE_TRIES)) return
      this.stumbled(job, error, 'sending')
    } finally {
      job.flying.delete(piece)
    }
  }

  private async finish(job: Job<T>): Promise<void> {
    try {
      job.result = await job.carrier.finish()
      job.state = 'done'
    } catch (error) {
      this.stumbled(job, error, 'sending')
    }
  }

  /** What passes is waited out, longer each time; anything else ends this file and lets the others go on. */
  private stumbled(job: Job<T>, error: unknown, back: CarryState): void {
    const problem = asProblem(error)
    if (problem.passing) {
      job.state = back
      this.wait()
      return
    }
    job.state = 'failed'
    job.problem = problem
    job.stop.abort()
  }

  private wait(): void {
    if (this.pause) return
    this.pause = this.clock.after(this.waitMs, () => {
      this.pause = undefined
      this.samples.length = 0
      this.turn()
    })
    this.waitMs = Math.min(this.waitMs * 2, LONGEST_WAIT_MS)
  }
}

function moving<T>(job: Job<T>): boolean {
  return job.state === 'waiting' || job.state === 'sending' || job.state === 'checking'
}

function sentOf<T>(job: Job<T>): number {
  if (job.state === 'done') return job.size
  let sum = 0
  for (const piece of job.arrived) sum += job.carrier.pieces[piece] ?? 0
  for (const [piece, bytes] of job.flying) if (!job.arrived.has(piece)) sum += bytes
  return Math.min(sum, job.size)
}

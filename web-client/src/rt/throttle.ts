/** At most one sending per interval over all keys; of several values for one key only the latest leaves. */
export interface Clock {
  now(): number
  /** Runs it later; the returned function takes that back. */
  after(ms: number, run: () => void): () => void
}

export const wallClock: Clock = {
  now: () => performance.now(),
  after: (ms, run) => {
    const id = setTimeout(run, ms)
    return () => clearTimeout(id)
  },
}

export class LatestWins<V> {
  private readonly waiting = new Map<string, V>()
  private nextAt = 0
  private cancel: (() => void) | undefined

  constructor(
    private readonly send: (key: string, value: V) => void,
    private readonly intervalMs: number,
    private readonly clock: Clock = wallClock,
  ) {}

  put(key: string, value: V): void {
    this.waiting.set(key, value)
    this.flush()
  }

  stop(): void {
    this.cancel?.()
    this.cancel = undefined
    this.waiting.clear()
  }

  private flush(): void {
    if (this.cancel) return
    const wait = this.nextAt - this.clock.now()
    if (wait > 0) {
      this.cancel = this.clock.after(wait, () => {
        this.cancel = undefined
        this.flush()
      })
      return
    }
    const first = this.waiting.entries().next()
    if (first.done) return
    const [key, value] = first.value
    this.waiting.delete(key)
    this.nextAt = this.clock.now() + this.intervalMs
    this.send(key, value)
    if (this.waiting.size > 0) this.flush()
  }
}

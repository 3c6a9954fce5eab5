/**
 * At most so many requests at once, the most wanted first. What is wanted changes with every slice: `want` says the whole
 * list anew, and what has scrolled away is cancelled.
 */

export interface Wish {
  key: string
  /** Smaller is sooner. */
  rank: number
  run: (signal: AbortSignal) => Promise<void>
}

interface Running {
  abort: AbortController
  wish: Wish
}

interface QueueHooks {
  /** A try failed; false: trying again would not help. */
  failed?: (key: string, error: unknown) => boolean
  now?: () => number
}

/** How much less wanted something must be to be given up for what came later. */
const FAR = 1000

export class RequestQueue {
  private waiting: Wish[] = []
  private readonly running = new Map<string, Running>()
  /** Keys that failed, and after which moment they may be tried again. */
  private readonly failed = new Map<string, { until: number; times: number }>()
  private stopped = false

  constructor(
    private readonly most = 6,
    private readonly hooks: QueueHooks = {},
  ) {}

  get busy(): readonly string[] {
    return [...this.running.keys()]
  }

  /** All that is wanted now. What runs and is no longer wanted soon ends; what runs and still is goes on. */
  want(wishes: readonly Wish[]): void {
    if (this.stopped) return
    const sorted = [...wishes].sort((a, b) => a.rank - b.rank)
    const near = new Map(sorted.slice(0, 2 * this.most).map((wish) => [wish.key, wish]))
    for (const [key, one] of this.running) {
      const wish = near.get(key)
      if (wish) one.wish = wish
      else this.cancel(key, one)
    }
    this.waiting = sorted.filter((wish) => !this.running.has(wish.key))
    this.makeRoom()
    this.start()
  }

  /** Forgets failures, as when the line is back. */
  again(): void {
    this.failed.clear()
    this.start()
  }

  stop(): void {
    this.stopped = true
    this.waiting = []
    for (const [key, one] of this.running) this.cancel(key, one)
  }

  private cancel(key: string, one: Running): void {
    this.running.delete(key)
    one.abort.abort()
  }

  /** The most wanted need not wait behind what is far less wanted. */
  private makeRoom(): void {
    const first = this.ready()[0]
    if (!first || this.running.size < this.most) return
    const [key, worst] = [...this.running].reduce((a, b) => (b[1].wish.rank > a[1].wish.rank ? b : a))
    if (worst.wish.rank <= first.rank + FAR) return
    this.cancel(key, worst)
    this.waiting.push(worst.wish)
  }

  private ready(): Wish[] {
    const now = this.now()
    return this.waiting.filter((wish) => (this.failed.get(wish.key)?.until ?? 0) <= now)
  }

  private now(): number {
    return this.hooks.now?.() ?? Date.now()
  }

  private start(): void {
    for (const wish of this.ready()) {
      if (this.running.size >= this.most) return
      this.waiting.splice(this.waiting.indexOf(wish), 1)
      void this.go(wish)
    }
  }

  private async go(wish: Wish): Promise<void> {
    const mine: Running = { abort: new AbortController(), wish }
    this.running.set(wish.key, mine)
    try {
      await wish.run(mine.abort.signal)
      this.failed.delete(wish.key)
    } catch (error) {
      if (!mine.abort.signal.aborted) this.noteFailure(wish, error)
    }
    if (this.running.get(wish.key) === mine) this.running.delete(wish.key)
    if (!this.stopped) this.start()
  }

  /** Tried again after 1, 2, 4 ... 30 seconds, as long as it is wanted. */
  private noteFailure(wish: Wish, error: unknown): void {
    if (this.stopped) return
    const times = (this.failed.get(wish.key)?.times ?? 0) + 1
    const hopeful = this.hooks.failed?.(wish.key, error) ?? true
    const pause = hopeful ? Math.min(30_000, 500 * 2 ** times) : Infinity
    this.failed.set(wish.key, { until: this.now() + pause, times })
    this.waiting.push(wish)
    if (hopeful) setTimeout(() => !this.stopped && this.start(), pause + 10)
  }
}

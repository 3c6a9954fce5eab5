/** Playing a stack: so many slices a second, round and round; waits where a slice is not there yet. */
import type { Viewport } from './viewport'

export const SLOWEST = 2
export const FASTEST = 30

export class Cine {
  private asked = 0
  private last = 0

  constructor(
    private readonly viewport: Viewport,
    public perSecond = 8,
  ) {}

  get playing(): boolean {
    return this.asked !== 0
  }

  play(): void {
    if (this.playing || (this.viewport.stack?.slices.length ?? 0) < 2) return
    this.last = performance.now()
    this.asked = requestAnimationFrame(this.tick)
  }

  pause(): void {
    cancelAnimationFrame(this.asked)
    this.asked = 0
  }

  private readonly tick = (now: number): void => {
    this.asked = requestAnimationFrame(this.tick)
    const due = Math.floor(((now - this.last) / 1000) * this.perSecond)
    if (due < 1) return
    this.last = now
    const total = this.viewport.stack?.slices.length ?? 1
    const next = (this.viewport.index + 1) % total
    if (this.viewport.stack?.at(next)) this.viewport.show(next)
    else this.viewport.stack?.focus(next)
  }
}

/** The file's own pace where it has one (ultrasound, angiography). */
export function paceOf(viewport: Viewport): number {
  const ms = viewport.slice?.instance.frame_time_ms
  const pace = ms ? 1000 / ms : 8
  return Math.round(Math.min(FASTEST, Math.max(SLOWEST, pace)))
}

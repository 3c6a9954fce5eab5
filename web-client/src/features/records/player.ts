/**
 * Several players as one: one clock, every leg at its own offset, all of them waiting while one of them loads. Told the
 * time; knows of a <video> only what `Media` says.
 */
import type { Leg } from './timeline'

export interface Media {
  currentTime: number
  readonly paused: boolean
  readonly readyState: number
  readonly seeking: boolean
  play: () => Promise<void>
  pause: () => void
}

/** Enough is loaded to go on (HTMLMediaElement.HAVE_FUTURE_DATA). */
const READY = 3
/** How far a player may be off before it is set right. */
const DRIFT_S = 0.3

export class StepPlayer {
  at = 0
  playing = false
  /** Held up because a part is still loading. */
  waiting = false
  private last: number | undefined

  constructor(
    private readonly legs: readonly Leg[],
    private readonly duration: number,
    private readonly media: (legId: string) => Media | undefined,
  ) {}

  play(): void {
    if (this.at >= this.duration) this.at = 0
    this.playing = true
    this.last = undefined
  }

  pause(): void {
    this.playing = false
    this.waiting = false
    for (const leg of this.legs) this.media(leg.id)?.pause()
  }

  seek(to: number): void {
    this.at = Math.min(Math.max(0, to), this.duration)
    this.last = undefined
    this.follow(true)
  }

  /** Moves the clock on to `now` (ms) and every player with it. */
  tick(now: number): void {
    const passed = this.last === undefined ? 0 : (now - this.last) / 1000
    this.last = now
    if (!this.playing) return
    this.waiting = this.running().some(({ media }) => media.seeking || media.readyState < READY)
    if (!this.waiting) this.at = Math.min(this.at + passed, this.duration)
    this.follow(false)
    if (this.at >= this.duration) this.pause()
  }

  private running(): { leg: Leg; media: Media }[] {
    return this.legs
      .filter((leg) => this.at >= leg.offset_s && this.at < leg.offset_s + leg.duration_s)
      .flatMap((leg) => {
        const media = this.media(leg.id)
        return media ? [{ leg, media }] : []
      })
  }

  private follow(exact: boolean): void {
    const running = new Set<Media>()
    for (const { leg, media } of this.running()) {
      running.add(media)
      const wanted = this.at - leg.offset_s
      if (exact || Math.abs(media.currentTime - wanted) > DRIFT_S) media.currentTime = wanted
      if (this.playing && !this.waiting) {
        if (media.paused) void media.play().catch(() => undefined)
      } else if (!media.paused) media.pause()
    }
    for (const leg of this.legs) {
      const media = this.media(leg.id)
      if (media && !running.has(media) && !media.paused) media.pause()
    }
  }
}

/**
 * What to send on a weak network: 360p15 at 350 kbit/s, 180p10 at 120 kbit/s, sound only, and then the advice to phone.
 * Down after 4 s bad, up only after 20 s good; a step up that does not hold makes the next one wait longer. Sound is
 * protected first, and the person's own choice always wins.
 */
import type { Sample } from './stats'
import type { Quality } from './machine'

export interface Step {
  name: 'video-360' | 'video-180' | 'audio' | 'phone'
  quality: Quality
  maxBitrate: number
  scaleDownBy: number
  maxFramerate: number
}

const VIDEO_360: Step = {
  name: 'video-360',
  quality: 'good',
  maxBitrate: 350_000,
  scaleDownBy: 1,
  maxFramerate: 15,
}
const VIDEO_180: Step = {
  name: 'video-180',
  quality: 'weak',
  maxBitrate: 120_000,
  scaleDownBy: 2,
  maxFramerate: 10,
}
const AUDIO: Step = { name: 'audio', quality: 'audio', maxBitrate: 0, scaleDownBy: 1, maxFramerate: 0 }
const PHONE: Step = { name: 'phone', quality: 'audio', maxBitrate: 0, scaleDownBy: 1, maxFramerate: 0 }
export const STEPS: readonly Step[] = [VIDEO_360, VIDEO_180, AUDIO, PHONE]

export const DOWN_AFTER_MS = 4_000
export const UP_AFTER_MS = 20_000
/** After the person has undone a step down, the ladder leaves them alone for so long. */
export const UNDO_HOLDS_MS = 30_000
const LONGEST_WAIT_MS = 160_000

export type Change = { step: Step; because: 'network' | 'person' }

const AUDIO_INDEX = STEPS.indexOf(AUDIO)

/** Whether this sample says that the current step is too much for the line. */
export function isBad(sample: Sample, step: Step): boolean {
  if (sample.lossUp > 0.08 || sample.lossDown > 0.1 || sample.rttMs > 900) return true
  if (sample.audioConcealed > 0.12) return true
  if (step.maxBitrate === 0 || sample.videoKbpsUp === undefined) return false
  const wanted = step.maxBitrate / 1000
  if (sample.availableKbpsUp !== undefined && sample.availableKbpsUp < wanted * 0.45) return true
  return sample.limitedByBandwidth && sample.videoKbpsUp < wanted * 0.3
}

/** Whether the line would carry one step more. */
export function isGood(sample: Sample): boolean {
  return sample.lossUp < 0.03 && sample.lossDown < 0.04 && sample.rttMs < 500 && sample.audioConcealed < 0.05
}

export class Ladder {
  private index = 0
  private badSince: number | undefined
  private goodSince: number | undefined
  private heldUntil = 0
  private pinned = false
  private upAfter = UP_AFTER_MS
  private wentUpAt = -Infinity

  constructor(private readonly tell: (change: Change) => void) {}

  get step(): Step {
    return STEPS[this.index] as Step
  }

  /** Whether the person has chosen sound only; the network alone never brings the picture back then. */
  get chosen(): boolean {
    return this.pinned
  }

  feed(sample: Sample, now: number): void {
    const bad = isBad(sample, this.step)
    this.badSince = bad ? (this.badSince ?? now) : undefined
    this.goodSince = !bad && isGood(sample) ? (this.goodSince ?? now) : undefined
    if (this.badSince !== undefined && now - this.badSince >= DOWN_AFTER_MS) this.down(now)
    else if (this.goodSince !== undefined && now - this.goodSince >= this.upAfter) this.up(now)
  }

  /** The person wants sound only. */
  chooseAudio(): void {
    this.pinned = true
    this.go(AUDIO_INDEX, 'person')
  }

  /** The person wants the picture back, whatever the network: undoes any step down and holds it for a while. */
  restore(now: number): void {
    this.pinned = false
    this.heldUntil = now + UNDO_HOLDS_MS
    this.go(0, 'person')
  }

  private down(now: number): void {
    this.badSince = undefined
    if (now < this.heldUntil || this.index === STEPS.length - 1) return
    // A step up that did not hold: wait longer before the next one.
    if (now - this.wentUpAt < UP_AFTER_MS) this.upAfter = Math.min(this.upAfter * 2, LONGEST_WAIT_MS)
    this.go(this.index + 1, 'network')
  }

  private up(now: number): void {
    this.goodSince = now
    if (this.index === 0) return
    if (this.pinned && this.index <= AUDIO_INDEX) return
    this.wentUpAt = now
    this.go(this.index - 1, 'network')
  }

  private go(index: number, because: Change['because']): void {
    this.badSince = undefined
    this.goodSince = undefined
    if (index === this.index) return
    this.index = index
    this.tell({ step: this.step, because })
  }
}

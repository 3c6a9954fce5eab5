/**
 * The check before a call: picture, sound, line. At most 30 s, every part can be skipped, and nothing here decides whether
 * somebody may enter.
 */
import { wallClock, type Clock } from './clock'

export type LineVerdict = 'good' | 'weak' | 'bad'

const TRIES = 5
const TRY_MS = 4_000

export interface LineResult {
  verdict: LineVerdict
  /** Median of the answered tries. */
  rttMs: number | undefined
}

/** How good the line is, from the times of a few small questions; undefined times were not answered. */
export function judge(times: readonly (number | undefined)[]): LineResult {
  const answered = times.filter((time): time is number => time !== undefined).sort((a, b) => a - b)
  const rttMs = answered[Math.floor(answered.length / 2)]
  const lost = times.length - answered.length
  if (rttMs === undefined || lost > times.length / 2 || rttMs > 1500) return { verdict: 'bad', rttMs }
  return { verdict: lost > 0 || rttMs > 500 ? 'weak' : 'good', rttMs }
}

/** Asks the server a few times and judges the answers. */
export async function testLine(
  ask: (signal: AbortSignal) => Promise<unknown>,
  clock: Clock = wallClock,
): Promise<LineResult> {
  const times: (number | undefined)[] = []
  for (let i = 0; i < TRIES; i++) {
    const started = clock.now()
    const giveUp = new AbortController()
    const cancel = clock.after(TRY_MS, () => giveUp.abort())
    const answered = await ask(giveUp.signal).then(
      () => true,
      () => false,
    )
    cancel()
    times.push(answered ? clock.now() - started : undefined)
  }
  return judge(times)
}

/** How loud a block of samples is: 0 (silence) to 1. Speech at arm's length is about 0.3. */
export function loudness(samples: Float32Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  const level = Math.sqrt(sum / Math.max(1, samples.length))
  if (level < 0.0005) return 0
  // -60 dB is empty, -10 dB is full.
  return Math.min(1, Math.max(0, (20 * Math.log10(level) + 60) / 50))
}

export const HEARD_AT = 0.25

/** Measures a microphone with an analyser until stopped; a muted <video> would report nothing. */
export class SoundMeter {
  private readonly context = new AudioContext()
  private readonly analyser = this.context.createAnalyser()
  private readonly source: MediaStreamAudioSourceNode
  private readonly samples: Float32Array<ArrayBuffer>

  constructor(track: MediaStreamTrack) {
    this.analyser.fftSize = 1024
    this.samples = new Float32Array(this.analyser.fftSize)
    this.source = this.context.createMediaStreamSource(new MediaStream([track]))
    this.source.connect(this.analyser)
    void this.context.resume()
  }

  level(): number {
    this.analyser.getFloatTimeDomainData(this.samples)
    return loudness(this.samples)
  }

  stop(): void {
    this.source.disconnect()
    void this.context.close()
  }
}

/** Plays a short soft tone, so that somebody can hear whether the loudspeaker is on; also the ring of the waiting room. */
export async function playTone(seconds = 0.9): Promise<void> {
  const context = new AudioContext()
  await context.resume()
  const volume = context.createGain()
  volume.connect(context.destination)
  const starts = context.currentTime
  for (const [at, pitch] of [
    [0, 659],
    [seconds / 2, 523],
  ] as const) {
    const tone = context.createOscillator()
    tone.frequency.value = pitch
    tone.connect(volume)
    tone.start(starts + at)
    tone.stop(starts + at + seconds / 2)
  }
  volume.gain.setValueAtTime(0, starts)
  volume.gain.linearRampToValueAtTime(0.2, starts + 0.05)
  volume.gain.setValueAtTime(0.2, starts + seconds - 0.2)
  volume.gain.linearRampToValueAtTime(0, starts + seconds)
  await new Promise((done) => setTimeout(done, seconds * 1000 + 100))
  await context.close()
}

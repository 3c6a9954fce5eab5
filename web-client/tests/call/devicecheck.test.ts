import { describe, expect, test } from 'vitest'
import { HEARD_AT, judge, loudness, testLine } from '@/call/devicecheck'
import { FakeClock } from '../fakes'

describe('the line', () => {
  test.each([
    [[40, 50, 60, 50, 45], 'good'],
    [[700, 800, 650, 900, 700], 'weak'],
    [[40, undefined, 60, 50, 45], 'weak'],
    [[undefined, undefined, undefined, 50, 45], 'bad'],
    [[2000, 2500, 1800, 2100, 1900], 'bad'],
  ] as const)('%j is %s', (times, verdict) => {
    expect(judge(times).verdict).toBe(verdict)
  })

  test('is measured with a few questions', async () => {
    const clock = new FakeClock()
    const testing = testLine(() => new Promise((done) => clock.after(30, () => done(1))), clock)
    await clock.pass(1000)
    expect(await testing).toEqual({ verdict: 'good', rttMs: 30 })
  })

  test('without an answer ends by itself within half a minute', async () => {
    const clock = new FakeClock()
    const testing = testLine(
      (signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('late')))),
      clock,
    )
    await clock.pass(30_000)
    expect((await testing).verdict).toBe('bad')
  })
})

describe('the sound meter', () => {
  test('silence is nothing', () => {
    expect(loudness(new Float32Array(1024))).toBe(0)
  })

  test('speech is heard, louder is more', () => {
    const tone = (volume: number) => Float32Array.from({ length: 1024 }, (_, i) => volume * Math.sin(i / 5))
    expect(loudness(tone(0.05))).toBeGreaterThan(HEARD_AT)
    expect(loudness(tone(0.3))).toBeGreaterThan(loudness(tone(0.05)))
  })
})

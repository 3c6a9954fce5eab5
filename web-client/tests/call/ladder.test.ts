import { beforeEach, describe, expect, test } from 'vitest'
import { DOWN_AFTER_MS, Ladder, UNDO_HOLDS_MS, UP_AFTER_MS, type Change } from '@/call/ladder'
import type { Sample } from '@/call/stats'

const GOOD: Sample = {
  lossUp: 0,
  lossDown: 0,
  rttMs: 60,
  jitterMs: 5,
  audioConcealed: 0,
  videoKbpsUp: 340,
  kbpsUp: 380,
  kbpsDown: 380,
  availableKbpsUp: 900,
  limitedByBandwidth: false,
  freezesMs: 0,
  framesDecoded: 15,
}
const BAD: Sample = { ...GOOD, lossUp: 0.2 }

describe('the ladder', () => {
  let changes: Change[]
  let ladder: Ladder
  let now: number

  beforeEach(() => {
    changes = []
    now = 0
    ladder = new Ladder((change) => changes.push(change))
  })

  function feed(sample: Sample, ms: number): void {
    for (const end = now + ms; now < end; now += 1000) ladder.feed(sample, now)
    ladder.feed(sample, now)
  }

  test('steps down only after four seconds of trouble', () => {
    feed(BAD, DOWN_AFTER_MS - 1000)
    expect(changes).toEqual([])
    feed(BAD, 1000)
    expect(changes.map((one) => one.step.name)).toEqual(['video-180'])
  })

  test('is not moved by a short trouble', () => {
    feed(BAD, 3000)
    now += 1000
    feed(GOOD, 1000)
    now += 1000
    feed(BAD, 3000)
    expect(changes).toEqual([])
  })

  test('goes to sound only, then advises the phone, and no further', () => {
    feed(BAD, 60_000)
    expect(changes.map((one) => one.step.name)).toEqual(['video-180', 'audio', 'phone'])
  })

  test('steps up only after twenty good seconds', () => {
    feed(BAD, DOWN_AFTER_MS)
    now += 1000
    feed(GOOD, UP_AFTER_MS - 1000)
    expect(changes).toHaveLength(1)
    feed(GOOD, 1000)
    expect(changes.at(-1)).toMatchObject({ step: { name: 'video-360' }, because: 'network' })
  })

  test('waits longer before the next step up when one did not hold', () => {
    feed(BAD, DOWN_AFTER_MS)
    now += 1000
    feed(GOOD, UP_AFTER_MS)
    now += 1000
    feed(BAD, DOWN_AFTER_MS)
    expect(ladder.step.name).toBe('video-180')
    now += 1000
    feed(GOOD, UP_AFTER_MS + 2000)
    expect(ladder.step.name).toBe('video-180')
    feed(GOOD, UP_AFTER_MS)
    expect(ladder.step.name).toBe('video-360')
  })

  test('never brings the picture back against the choice of sound only', () => {
    ladder.chooseAudio()
    expect(changes).toEqual([{ step: expect.objectContaining({ name: 'audio' }), because: 'person' }])
    feed({ ...GOOD, videoKbpsUp: undefined }, UP_AFTER_MS * 5)
    expect(ladder.step.name).toBe('audio')
  })

  test('gives the picture back at once when the person wants it, and leaves it for a while', () => {
    feed(BAD, DOWN_AFTER_MS * 3)
    ladder.restore(now)
    expect(ladder.step.name).toBe('video-360')
    feed(BAD, UNDO_HOLDS_MS - 2000)
    expect(ladder.step.name).toBe('video-360')
    feed(BAD, DOWN_AFTER_MS * 2)
    expect(ladder.step.name).not.toBe('video-360')
  })

  test('takes a starved encoder for a bad line', () => {
    feed({ ...GOOD, limitedByBandwidth: true, videoKbpsUp: 40, availableKbpsUp: 60 }, DOWN_AFTER_MS)
    expect(ladder.step.name).toBe('video-180')
  })

  test('does not take a still picture for a bad line', () => {
    feed({ ...GOOD, videoKbpsUp: 20 }, DOWN_AFTER_MS * 3)
    expect(changes).toEqual([])
  })
})

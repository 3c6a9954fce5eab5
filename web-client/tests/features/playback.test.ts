import { describe, expect, test } from 'vitest'
import { StepPlayer, type Media } from '@/features/records/player'
import { gapsOf, inGap, legAt, seatsOf, type Leg } from '@/features/records/timeline'

const leg = (id: string, seat: string, offset: number, duration: number, more: Partial<Leg> = {}): Leg => ({
  id,
  seat,
  second: false,
  person_id: null,
  name: seat,
  state: 'kept',
  offset_s: offset,
  duration_s: duration,
  has_audio: true,
  has_video: true,
  gaps: [],
  size: 1,
  ...more,
})

class FakeMedia implements Media {
  currentTime = 0
  paused = true
  readyState = 4
  seeking = false
  play(): Promise<void> {
    this.paused = false
    return Promise.resolve()
  }
  pause(): void {
    this.paused = true
  }
}

describe('the time of a recording', () => {
  const legs = [
    leg('b', '医生', 12, 30),
    leg('a1', '病人', 0, 10),
    leg('a2', '病人', 20, 10),
    leg('x', '无', 0, 0),
  ]
  const seats = seatsOf(legs)

  test('puts the legs of one person together, in order, and leaves out what has nothing in it', () => {
    expect(seats.map((seat) => [seat.seat, seat.legs.map((one) => one.id)])).toEqual([
      ['病人', ['a1', 'a2']],
      ['医生', ['b']],
    ])
    expect(legAt(seats[0]!, 9.9)?.id).toBe('a1')
    expect(legAt(seats[0]!, 10)).toBeUndefined()
    expect(legAt(seats[0]!, 20)?.id).toBe('a2')
  })

  test('tells what was not recorded: between two legs, and inside one', () => {
    const broken = leg('c', '陪同', 5, 20, {
      gaps: [
        { from_s: 3, to_s: 6, track: 'video', reason: 'no-frames' },
        { from_s: 18, to_s: null, track: 'all', reason: 'no-frames' },
        { from_s: 1, to_s: 2, track: 'audio', reason: 'muted' },
      ],
    })
    const gaps = gapsOf(seatsOf([...legs, broken]))
    expect(gaps).toEqual([
      { seat: '陪同', name: '陪同', from: 8, to: 11 },
      { seat: '病人', name: '病人', from: 10, to: 20 },
      { seat: '陪同', name: '陪同', from: 23, to: 25 },
    ])
    expect(inGap(gaps, '病人', 15)).toBe(true)
    expect(inGap(gaps, '医生', 15)).toBe(false)
  })

  test('between two showings of a second picture nothing is missing, nor in the picture of who showed it', () => {
    const second = { second: true, name: '医生' }
    const shown = seatsOf([
      leg('b', '医生', 0, 60),
      leg('s1', '医生-2', 5, 10, {
        ...second,
        gaps: [{ from_s: 2, to_s: 4, track: 'video', reason: 'no-frames' }],
      }),
      leg('s2', '医生-2', 40, 10, second),
    ])
    expect(shown.map((seat) => seat.second)).toEqual([false, true])
    const gaps = gapsOf(shown)
    expect(gaps.map(({ from, to }) => [from, to])).toEqual([[7, 9]])
    expect(inGap(gaps, '医生-2', 8)).toBe(true)
    expect(inGap(gaps, '医生', 8)).toBe(false)
  })
})

describe('several players', () => {
  const legs = [leg('a', '病人', 0, 10), leg('b', '医生', 4, 10)]
  function begin() {
    const media = new Map([
      ['a', new FakeMedia()],
      ['b', new FakeMedia()],
    ])
    return { player: new StepPlayer(legs, 14, (id) => media.get(id)), a: media.get('a')!, b: media.get('b')! }
  }

  test('run each at its own offset and stop at the end', () => {
    const { player, a, b } = begin()
    player.play()
    player.tick(0)
    expect([a.paused, b.paused]).toEqual([false, true])
    player.tick(5_000)
    expect(b.currentTime).toBe(1)
    expect([a.paused, b.paused]).toEqual([false, false])
    player.tick(11_000)
    expect([a.paused, b.paused]).toEqual([true, false])
    player.tick(14_500)
    expect(player.at).toBe(14)
    expect([player.playing, b.paused]).toEqual([false, true])
  })

  test('wait together while one of them loads, and go on from there', () => {
    const { player, a, b } = begin()
    player.play()
    player.tick(0)
    player.tick(5_000)
    b.readyState = 1
    player.tick(6_000)
    expect([player.waiting, player.at, a.paused]).toEqual([true, 5, true])
    b.readyState = 4
    player.tick(9_000)
    expect([player.waiting, player.at, a.paused]).toEqual([false, 8, false])
  })

  test('all follow a seek, and small drift is left alone', () => {
    const { player, a, b } = begin()
    player.seek(7)
    expect([a.currentTime, b.currentTime]).toEqual([7, 3])
    player.play()
    player.tick(0)
    a.currentTime = 7.2
    b.currentTime = 4
    player.tick(100)
    expect(a.currentTime).toBe(7.2)
    expect(b.currentTime).toBeCloseTo(3.1)
    player.seek(99)
    expect(player.at).toBe(14)
  })
})

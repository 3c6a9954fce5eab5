import { describe, expect, it } from 'vitest'
import {
  atOrBelow,
  byDay,
  byPlace,
  lineOf,
  lowestOf,
  marksOf,
  nearest,
  percent,
  pointsOf,
  stepped,
  summed,
  ticksOf,
  type OpenRate,
} from '@/features/appointments/figures/openRates'
import { daysFrom } from '@/features/appointments/week'

const row = (
  day: string,
  organisation_id: string,
  online: number,
  total: number,
  more: Partial<OpenRate> = {},
) =>
  ({
    day,
    organisation_id,
    organisation: organisation_id,
    level: 'county',
    online,
    total,
    target: 90,
    below: online * 100 < 90 * total,
    booked: 0,
    no_shows: 0,
    waited: 0,
    is_over: true,
    ...more,
  }) as OpenRate

describe('open rates added up', () => {
  it('weighs institutions by their places, in the order of days', () => {
    const days = byDay([
      row('2026-11-22', 'a', 9, 10),
      row('2026-11-21', 'a', 5, 10),
      row('2026-11-22', 'b', 10, 30),
    ])
    expect(days.map((day) => [day.key, day.online, day.total, day.rate, day.below])).toEqual([
      ['2026-11-21', 5, 10, 50, true],
      ['2026-11-22', 19, 40, 47.5, true],
    ])
  })
  it('never shows a missed target as reached', () => {
    expect(percent(8999, 10_000)).toBe(89.9)
    expect(summed('', [row('2026-11-22', 'a', 8999, 10_000)])).toMatchObject({ rate: 89.9, below: true })
    expect(summed('', [row('2026-11-22', 'a', 9, 10)])).toMatchObject({ rate: 90, below: false })
    expect(percent(0, 0)).toBe(0)
  })
  it('asks of several institutions what each asks of itself', () => {
    const both = summed('', [
      row('2026-11-22', 'a', 9, 10, { target: 80 }),
      row('2026-11-22', 'b', 8, 10, { target: 90 }),
    ])
    expect([both.target, both.below]).toEqual([85, false])
  })
  it('counts who did not come only on days that are over', () => {
    const sum = summed('', [
      row('2026-11-21', 'a', 9, 10, { booked: 8, no_shows: 2 }),
      row('2026-11-22', 'a', 9, 10, { booked: 5, is_over: false }),
    ])
    expect([sum.booked, sum.bookedOver, sum.noShowsOver, sum.isOver]).toEqual([13, 8, 2, false])
  })
  it('puts the institution that misses most days first', () => {
    const places = byPlace([
      row('2026-11-21', 'good', 10, 10),
      row('2026-11-21', 'poor', 1, 10),
      row('2026-11-22', 'poor', 10, 10),
    ])
    expect(places.map((place) => [place.name, place.daysBelow, place.days])).toEqual([
      ['poor', 1, 2],
      ['good', 0, 1],
    ])
  })
})

describe('the chart', () => {
  const span = daysFrom('2026-11-20', 5)
  const area = { left: 10, top: 0, width: 100, height: 50 }
  const days = byDay([row('2026-11-20', 'a', 100, 100), row('2026-11-24', 'a', 75, 100)]) // from 50 up
  it('stands every day at its own place, so a week without sessions is a gap', () => {
    const points = pointsOf(days, span, area)
    expect(points.map(({ x, y }) => [x, y])).toEqual([
      [10, 0],
      [110, 25],
    ])
    expect(lineOf(points)).toBe('M10.0 0.0L110.0 25.0')
  })
  it('starts at a quarter below everything, the target too', () => {
    const from = (online: number, target = 90) =>
      lowestOf(byDay([row('2026-11-20', 'a', online, 100, { target })]))
    expect([from(100), from(76), from(60), from(4), from(0), from(90, 60)]).toEqual([75, 50, 50, 0, 0, 50])
    expect(lowestOf([])).toBe(75)
  })
  it('draws few and round lines', () => {
    expect(marksOf(75)).toEqual([75, 80, 85, 90, 95, 100])
    expect(marksOf(50)).toEqual([50, 60, 70, 80, 90, 100])
    expect(marksOf(25)).toEqual([25, 50, 75, 100])
    expect(marksOf(0)).toEqual([0, 25, 50, 75, 100])
  })
  it('stands a single day in the middle', () => {
    expect(pointsOf(days.slice(0, 1), ['2026-11-20'], area)[0]?.x).toBe(60)
  })
  it('finds the day under a finger, and goes by keys without leaving the chart', () => {
    const points = pointsOf(days, span, area)
    expect([nearest(points, 0), nearest(points, 59), nearest(points, 61)]).toEqual([0, 0, 1])
    expect([stepped('ArrowLeft', 0, 5), stepped('ArrowRight', 3, 5), stepped('End', 0, 5)]).toEqual([0, 4, 4])
    expect([stepped('Home', 3, 5), stepped('PageUp', 3, 5), stepped('Tab', 3, 5)]).toEqual([0, 4, undefined])
  })
  it('writes as many dates as there is room for', () => {
    expect(ticksOf(daysFrom('2026-11-01', 30), 720)).toEqual([0, 3, 6, 9, 12, 15, 18, 21, 24, 27])
    expect(ticksOf(span, 720)).toEqual([0, 1, 2, 3, 4])
  })
})

describe('whose figures may be chosen', () => {
  it('an administrator has the own institution and all below, in any order of the list', () => {
    const all = [
      { id: 'village', parent_id: 'township' },
      { id: 'other', parent_id: 'top' },
      { id: 'township', parent_id: 'county' },
      { id: 'county', parent_id: 'top' },
      { id: 'top', parent_id: null },
    ]
    expect(atOrBelow(all, 'county').map((one) => one.id)).toEqual(['village', 'township', 'county'])
  })
})

/** 网上号源开放率 added up by day and by institution, and where it lies on the chart. Pure. */
import type { components } from '@/api/schema'

export type OpenRate = components['schemas']['OpenRateView']
export type LevelUse = components['schemas']['LevelUseView']

/** What several institutions or days have together. `needed` is how many places would have to be online. */
export interface Sums {
  key: string
  total: number
  online: number
  needed: number
  booked: number
  noShows: number
  waited: number
  /** The places and no-shows of days that are over: only of those can it be said who did not come. */
  bookedOver: number
  noShowsOver: number
  isOver: boolean
}
export interface Summed extends Sums {
  rate: number
  target: number
  below: boolean
}
export interface SummedPlace extends Summed {
  name: string
  days: number
  daysBelow: number
}

/** A share in percent, cut to a tenth as the server does: 89.99 is never shown as 90. */
export function percent(part: number, whole: number): number {
  return whole ? Math.floor((part * 1000) / whole) / 10 : 0
}

const nothing = (key: string): Sums => ({
  key,
  total: 0,
  online: 0,
  needed: 0,
  booked: 0,
  noShows: 0,
  waited: 0,
  bookedOver: 0,
  noShowsOver: 0,
  isOver: true,
})

export function summed(key: string, rows: readonly OpenRate[]): Summed {
  const sum = nothing(key)
  for (const row of rows) {
    sum.total += row.total
    sum.online += row.online
    sum.needed += row.target * row.total
    sum.booked += row.booked
    sum.noShows += row.no_shows
    sum.waited += row.waited
    sum.isOver &&= row.is_over
    if (row.is_over) {
      sum.bookedOver += row.booked
      sum.noShowsOver += row.no_shows
    }
  }
  return {
    ...sum,
    rate: percent(sum.online, sum.total),
    target: sum.total ? Math.round((sum.needed * 10) / sum.total) / 10 : 0,
    below: sum.online * 100 < sum.needed,
  }
}

function grouped(rows: readonly OpenRate[], of: (row: OpenRate) => string): [string, OpenRate[]][] {
  const found = new Map<string, OpenRate[]>()
  for (const row of rows) {
    const held = found.get(of(row))
    if (held) held.push(row)
    else found.set(of(row), [row])
  }
  return [...found]
}

/** The days with sessions, earliest first. */
export function byDay(rows: readonly OpenRate[]): Summed[] {
  return grouped(rows, (row) => row.day)
    .map(([day, held]) => summed(day, held))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
}

/** The institutions, those first that miss their target on most days. */
export function byPlace(rows: readonly OpenRate[]): SummedPlace[] {
  return grouped(rows, (row) => row.organisation_id)
    .map(([id, held]) => ({
      ...summed(id, held),
      name: held[0]?.organisation ?? '',
      days: held.length,
      daysBelow: held.filter((row) => row.below).length,
    }))
    .sort((a, b) => b.daysBelow - a.daysBelow || a.rate - b.rate)
}

export interface Point {
  day: Summed
  x: number
  y: number
}
export interface Area {
  left: number
  top: number
  width: number
  height: number
}

/** The lowest percent that the chart shows, in quarters: below everything that it draws, with some air. */
export function lowestOf(days: readonly Summed[]): number {
  const least = Math.min(100, ...days.flatMap((day) => [day.rate, day.target]))
  return Math.min(75, Math.max(0, Math.floor((least - 2) / 25) * 25))
}

/** The percents at which the chart has a line: at most six, and round ones. */
export function marksOf(lowest: number): number[] {
  const step = { 75: 5, 50: 10 }[lowest] ?? 25
  return Array.from({ length: (100 - lowest) / step + 1 }, (_, place) => lowest + place * step)
}

export function heightOf(rate: number, lowest: number, area: Area): number {
  return area.top + ((100 - rate) / (100 - lowest)) * area.height
}

/** Where the n-th day of a span stands; a single day stands in the middle. */
export function placeOf(n: number, count: number, area: Area): number {
  return area.left + (count > 1 ? n / (count - 1) : 0.5) * area.width
}

/** A point for every day with sessions, at its place among all days of the span; days without sessions leave room. */
export function pointsOf(days: readonly Summed[], span: readonly string[], area: Area): Point[] {
  const place = new Map(span.map((day, index) => [day, index]))
  const lowest = lowestOf(days)
  return days.map((day) => ({
    day,
    x: placeOf(place.get(day.key) ?? 0, span.length, area),
    y: heightOf(day.rate, lowest, area),
  }))
}

export function lineOf(points: readonly Pick<Point, 'x' | 'y'>[]): string {
  return points.map(({ x, y }, place) => `${place ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join('')
}

/** Every so many days a date, so that none lies on the next. */
export function ticksOf(span: readonly string[], width: number, room = 72): number[] {
  const every = Math.max(1, Math.ceil((span.length * room) / Math.max(1, width)))
  return span.map((_, place) => place).filter((place) => place % every === 0)
}

/** The point under a finger, or nearest to it. */
export function nearest(points: readonly Point[], x: number): number {
  let found = 0
  points.forEach((point, place) => {
    if (Math.abs(point.x - x) < Math.abs((points[found]?.x ?? Infinity) - x)) found = place
  })
  return found
}

/** Where a key leads from a point; undefined for keys that are not ours. */
export function stepped(key: string, from: number, count: number): number | undefined {
  const to = {
    ArrowLeft: from - 1,
    ArrowDown: from - 1,
    ArrowRight: from + 1,
    ArrowUp: from + 1,
    PageDown: from - 7,
    PageUp: from + 7,
    Home: 0,
    End: count - 1,
  }[key]
  return to === undefined ? undefined : Math.min(count - 1, Math.max(0, to))
}

interface Organisation {
  id: string
  parent_id: string | null
}

/** An institution and all that stand below it. */
export function atOrBelow<O extends Organisation>(all: readonly O[], top: string): O[] {
  const reached = new Set([top])
  for (let before = 0; before < reached.size;) {
    before = reached.size
    for (const one of all) if (one.parent_id !== null && reached.has(one.parent_id)) reached.add(one.id)
  }
  return all.filter((one) => reached.has(one.id))
}

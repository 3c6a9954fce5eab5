/**
 * The time of a recording and who is seen when: legs that begin and end, gaps in them, one person in several legs after a
 * lost line. Pure.
 */
import type { components } from '@/api/schema'

export type Recording = components['schemas']['RecordingView']
export type Leg = components['schemas']['LegView']

export interface Seat {
  seat: string
  name: string
  /** What somebody showed beside their own picture. */
  second: boolean
  legs: Leg[]
}

/** The people of a recording with their legs in order, who came first first. */
export function seatsOf(legs: readonly Leg[]): Seat[] {
  const seats = new Map<string, Seat>()
  for (const leg of [...legs].sort((a, b) => a.offset_s - b.offset_s)) {
    if (!isKept(leg)) continue
    const seat = seats.get(leg.seat) ?? { seat: leg.seat, name: leg.name, second: leg.second, legs: [] }
    seat.legs.push(leg)
    seats.set(leg.seat, seat)
  }
  return [...seats.values()]
}

/** Whether there is something to play. */
export function isKept(leg: Leg): boolean {
  return leg.state === 'kept' && leg.duration_s > 0
}

/** The leg that runs at that second. */
export function legAt(seat: Seat, at: number): Leg | undefined {
  return seat.legs.find((leg) => at >= leg.offset_s && at < leg.offset_s + leg.duration_s)
}

export interface Gap {
  seat: string
  name: string
  from: number
  to: number
}

/**
 * What was not recorded, in seconds of the whole recording: gaps inside legs, and times between a person's legs. A second
 * picture is shown when it is wanted: in between nothing is missing.
 */
export function gapsOf(seats: readonly Seat[]): Gap[] {
  const gaps: Gap[] = []
  for (const { seat, name, second, legs } of seats) {
    legs.forEach((leg, i) => {
      for (const gap of leg.gaps) {
        if (typeof gap.from_s !== 'number' || gap.track === 'audio') continue
        const to = typeof gap.to_s === 'number' ? gap.to_s : leg.duration_s
        gaps.push({ seat, name, from: leg.offset_s + gap.from_s, to: leg.offset_s + to })
      }
      const next = legs[i + 1]
      const end = leg.offset_s + leg.duration_s
      if (!second && next && next.offset_s - end > 1) gaps.push({ seat, name, from: end, to: next.offset_s })
    })
  }
  return gaps.sort((a, b) => a.from - b.from)
}

export function inGap(gaps: readonly Gap[], seat: string, at: number): boolean {
  return gaps.some((gap) => gap.seat === seat && at >= gap.from && at < gap.to)
}

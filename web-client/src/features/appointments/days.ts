/** A doctor's coming days and one day's times, as the booking page shows them. Pure. */
import type { components } from '@/api/schema'
import { dayOf, startOfDay } from '@/i18n/when'

export type Session = components['schemas']['SessionView']
export type Slot = components['schemas']['SlotView']

export const BY_VIDEO = 'follow_up'
export const DAYS_SHOWN = 8
/** With "later days": the server tells of 31 at most. */
export const DAYS_MOST = 28
/** From how many places on the count is no warning. */
export const FEW = 2

/** How many days must be asked for so that this one is among them. */
export function daysTo(day: string, now: number): number {
  return day && !comingDays(now).includes(day) ? DAYS_MOST : DAYS_SHOWN
}

export type DayState = 'free' | 'full' | 'over' | 'closed' | 'not_open' | 'none'

export interface Day {
  day: string
  free: number
  state: DayState
  /** When places of this day may open next, where it has none now. */
  opens: string | undefined
  sessions: Session[]
}

/** Today and the days after it, as 2026-11-23. */
export function comingDays(now: number, count: number = DAYS_SHOWN): string[] {
  const start = startOfDay(dayOf(now)).getTime()
  return Array.from({ length: count }, (_, i) => dayOf(start + i * 86_400_000))
}

// Why a day cannot be had: the state that gives most hope wins.
const HOPE: readonly DayState[] = ['free', 'not_open', 'full', 'closed', 'over']

export function daysOf(sessions: readonly Session[], days: readonly string[]): Day[] {
  return days.map((day) => {
    const held = sessions.filter((session) => session.day === day)
    const states = new Set(held.flatMap((session) => session.slots.map((slot) => slot.state)))
    const state = HOPE.find((one) => states.has(one)) ?? 'none'
    const opens = state === 'not_open' || state === 'full' ? opensOf(held) : undefined
    return { day, sessions: held, free: held.reduce((sum, session) => sum + session.free, 0), state, opens }
  })
}

/** The earliest instant at which more places of these sessions may open for whoever asks. */
function opensOf(sessions: readonly Session[]): string | undefined {
  const coming = sessions.flatMap((session) =>
    session.slots.flatMap((slot) => slot.opens_next ?? (slot.state === 'not_open' ? session.opens_at : [])),
  )
  return coming.sort((a, b) => Date.parse(a) - Date.parse(b))[0]
}

/** Whether a session of a later day has no place for whoever asks: one may wait for one that is given back. */
export function isFull(session: Session, now: number): boolean {
  const states = new Set(session.slots.map((slot) => slot.state))
  return (
    session.day > dayOf(now) && session.status === 'published' && states.has('full') && !states.has('free')
  )
}

/** The sessions that a person may be booked into: by video only with a diagnosis made in person (B11). */
export function sessionsFor(sessions: readonly Session[], diagnosed: boolean): Session[] {
  return sessions.filter((session) => diagnosed || session.service !== BY_VIDEO)
}

export interface HalfDay {
  half: 'morning' | 'afternoon'
  free: number
  slots: Slot[]
}

const NOON = 12

function hourOf(instant: string): number {
  return Number(
    new Intl.DateTimeFormat('en-GB', { hour: '2-digit', hourCycle: 'h23', timeZone: 'Asia/Shanghai' }).format(
      new Date(instant),
    ),
  )
}

const standsFor = (one: Slot, closed: Slot): boolean =>
  one.state !== 'closed' && one.starts_at === closed.starts_at

/** A day's times that are not over, by half-days; empty halves are left out. */
export function halvesOf(day: Day | undefined): HalfDay[] {
  const slots = (day?.sessions ?? [])
    .flatMap((session) => session.slots)
    .filter((slot) => slot.state !== 'over')
    // A session planned anew at the time of a stopped one takes its place.
    .filter((slot, _, all) => slot.state !== 'closed' || !all.some((one) => standsFor(one, slot)))
    .sort((a, b) => Date.parse(a.starts_at) - Date.parse(b.starts_at))
  return (['morning', 'afternoon'] as const)
    .map((half) => {
      const held = slots.filter((slot) => hourOf(slot.starts_at) < NOON === (half === 'morning'))
      const free = held.reduce((sum, slot) => sum + (slot.state === 'free' ? slot.free : 0), 0)
      return { half, slots: held, free }
    })
    .filter((half) => half.slots.length > 0)
}

/** How many of a day's times have begun already. */
export function overCount(day: Day | undefined): number {
  return (day?.sessions ?? []).flatMap((session) => session.slots).filter((slot) => slot.state === 'over')
    .length
}

export function slotOf(sessions: readonly Session[], slotId: string): Slot | undefined {
  return sessionOf(sessions, slotId)?.slots.find((slot) => slot.id === slotId)
}

export function sessionOf(sessions: readonly Session[], slotId: string): Session | undefined {
  return sessions.find((session) => session.slots.some((slot) => slot.id === slotId))
}

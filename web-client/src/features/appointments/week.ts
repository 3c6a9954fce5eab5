/** A week of sessions as a grid: a row for each doctor and half-day, a column for each day. Pure. */
import type { Session } from './days'
import type { RosterRow } from './roster'
import { dayOf, startOfDay } from '@/i18n/when'

export const HALVES = ['morning', 'afternoon', 'evening'] as const
export type Half = (typeof HALVES)[number]

/** When a half-day usually begins and ends. */
export const HALF_HOURS: Readonly<Record<Half, readonly [string, string]>> = {
  morning: ['08:30', '11:30'],
  afternoon: ['14:00', '17:00'],
  evening: ['18:30', '20:30'],
}

/** Monday of the week in which a moment lies, in Shanghai. */
export function mondayOf(moment: number): string {
  const start = startOfDay(dayOf(moment)).getTime()
  // 1970-01-01 was a Thursday; the day number in Shanghai counts from there.
  const weekday = (Math.floor((start + 8 * 3_600_000) / 86_400_000) + 3) % 7
  return dayOf(start - weekday * 86_400_000)
}

export function daysFrom(monday: string, count = 7): string[] {
  const start = startOfDay(monday).getTime()
  return Array.from({ length: count }, (_, i) => dayOf(start + i * 86_400_000))
}

export function halfOf(startsAt: string): Half {
  return halfAt(new Date(Date.parse(startsAt) + 8 * 3_600_000).getUTCHours())
}

export function halfAt(hour: number): Half {
  if (hour < 12) return 'morning'
  return hour < 18 ? 'afternoon' : 'evening'
}

export interface Row extends RosterRow<Session> {
  doctor: Session['doctor']
  half: Half
  /** By day; two sessions may share a half-day. */
  cells: Session[][]
}

export function gridOf(sessions: readonly Session[], days: readonly string[]): Row[] {
  const doctors = new Map<string, Session[]>()
  for (const one of sessions) {
    const key = `${one.doctor.id}.${one.doctor.department_id ?? ''}`
    doctors.set(key, [...(doctors.get(key) ?? []), one])
  }
  const rows: Row[] = []
  const named = [...doctors].sort(
    ([, a], [, b]) =>
      a[0]!.doctor.department.localeCompare(b[0]!.doctor.department, 'zh') ||
      a[0]!.doctor.name.localeCompare(b[0]!.doctor.name, 'zh'),
  )
  for (const [key, held] of named) {
    const halves = HALVES.filter((half) => held.some((one) => halfOf(one.starts_at) === half))
    for (const [place, half] of halves.entries()) {
      const mine = held.filter((one) => halfOf(one.starts_at) === half)
      rows.push({
        key: `${key}.${half}`,
        doctor: held[0]!.doctor,
        half,
        first: place === 0,
        cells: days.map((day) =>
          mine
            .filter((one) => one.day === day)
            .sort((a, b) => Date.parse(a.starts_at) - Date.parse(b.starts_at)),
        ),
      })
    }
  }
  return rows
}

/** How many whole slots fit, and the places in them. */
export function cut(
  from: string,
  to: string,
  minutes: number,
  capacity: number,
): { slots: number; places: number } {
  const start = Date.parse(`2000-01-01T${from}:00Z`)
  // A session may last until midnight.
  const end = Date.parse(`2000-01-01T${to}:00Z`) + (to === '00:00' ? 86_400_000 : 0)
  const slots = minutes > 0 && end > start ? Math.floor((end - start) / 60_000 / minutes) : 0
  return { slots, places: slots * capacity }
}

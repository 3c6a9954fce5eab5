/** Visits of days and institutions added up for the regulator. Pure. */
import type { components } from '@/api/schema'

export type DayCount = components['schemas']['DayCountView']

export interface Figures {
  total: number
  seen: number
  unsigned: number
  refused: number
  offline: number
  missed: number
  cancelled: number
}
export const FIGURES = ['total', 'seen', 'unsigned', 'refused', 'offline', 'missed', 'cancelled'] as const

const GROUP: Readonly<Record<string, readonly (keyof Figures)[]>> = {
  documenting: ['seen', 'unsigned'],
  ended_technical: ['seen', 'unsigned'],
  signed: ['seen'],
  closed: ['seen'],
  refused_first_visit: ['refused'],
  terminated_to_offline: ['offline'],
  no_show: ['missed'],
  cancelled: ['cancelled'],
}

export function figuresOf(rows: readonly DayCount[]): Figures {
  const sum: Figures = { total: 0, seen: 0, unsigned: 0, refused: 0, offline: 0, missed: 0, cancelled: 0 }
  for (const row of rows) {
    sum.total += row.total
    for (const [status, count] of Object.entries(row.by_status)) {
      for (const figure of GROUP[status] ?? []) sum[figure] += count
    }
  }
  return sum
}

export interface Grouped extends Figures {
  key: string
}

/** Added up by day or by institution; days without visits are there with zeros when `keys` names them. */
export function groupBy(
  rows: readonly DayCount[],
  by: 'day' | 'organisation_id',
  keys: readonly string[] = [],
): Grouped[] {
  const found = new Map<string, DayCount[]>(keys.map((key) => [key, []]))
  for (const row of rows) found.set(row[by], [...(found.get(row[by]) ?? []), row])
  return [...found].map(([key, held]) => ({ key, ...figuresOf(held) }))
}

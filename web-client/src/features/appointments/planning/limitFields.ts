/** The limits of booking in the order and groups in which people think of them. Pure. */
export type Unit = 'days' | 'minutes' | 'times' | 'percent' | 'clock'
export interface LimitField {
  name: string
  unit: Unit
}
const field = (name: string, unit: Unit): LimitField => ({ name, unit })

export const GROUPS = [
  {
    key: 'opening',
    fields: [
      field('opens_days_before', 'days'),
      field('opens_at', 'clock'),
      field('reserved_days_before', 'days'),
      field('open_rate_target', 'percent'),
    ],
  },
  {
    key: 'holding',
    fields: [
      field('hold_minutes', 'minutes'),
      field('offer_minutes', 'minutes'),
      field('waiting_cleared_at', 'clock'),
    ],
  },
  {
    key: 'missing',
    fields: [
      field('cancel_days_before', 'days'),
      field('cancel_until', 'clock'),
      field('no_show_after_minutes', 'minutes'),
      field('no_shows', 'times'),
      field('no_show_days', 'days'),
      field('suspension_days', 'days'),
    ],
  },
  {
    key: 'arriving',
    fields: [field('check_in_before_minutes', 'minutes'), field('check_in_after_minutes', 'minutes')],
  },
] as const satisfies readonly { key: string; fields: readonly LimitField[] }[]

/** What was typed as the value to send; undefined when it is none or out of bounds. */
export function limitOf(
  unit: Unit,
  typed: string,
  bounds: { least: number | string | null; most: number | string | null } | undefined,
): number | string | undefined {
  if (unit === 'clock') {
    if (!/^\d{2}:\d{2}$/.test(typed)) return undefined
    return within(typed, bounds) ? typed : undefined
  }
  const value = /^\d{1,5}$/.test(typed.trim()) ? Number(typed) : undefined
  return value !== undefined && within(value, bounds) ? value : undefined
}

function within<V extends number | string>(
  value: V,
  bounds: { least: number | string | null; most: number | string | null } | undefined,
): boolean {
  const least = bounds?.least as V | null | undefined
  const most = bounds?.most as V | null | undefined
  return !(least != null && value < least) && !(most != null && value > most)
}

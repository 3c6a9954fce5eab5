/** How long something still may take: said in words that stay true for the minute they are shown. Pure. */

export type Pressure = 'calm' | 'soon' | 'over'
export interface Due {
  pressure: Pressure
  /** Whole minutes until it is due; since when, where it is over. */
  minutes: number
}

const MINUTE_MS = 60_000
/** From here on a clock is amber: the last quarter of an hour, or of half an hour for what is urgent. */
const SOON_MIN = 15

export function dueOf(dueAt: string | null | undefined, now: number): Due | undefined {
  if (!dueAt) return undefined
  const left = Date.parse(dueAt) - now
  if (Number.isNaN(left)) return undefined
  if (left < 0) return { pressure: 'over', minutes: Math.floor(-left / MINUTE_MS) }
  const minutes = Math.ceil(left / MINUTE_MS)
  return { pressure: minutes <= SOON_MIN ? 'soon' : 'calm', minutes }
}

/** Hours and minutes of a span; days from two on. */
export function parts(minutes: number): { days: number; hours: number; minutes: number } {
  const days = minutes >= 48 * 60 ? Math.floor(minutes / (24 * 60)) : 0
  const rest = minutes - days * 24 * 60
  return { days, hours: Math.floor(rest / 60), minutes: rest % 60 }
}

/** Days in a row, and the clock as forms write it. Pure. */
import { startOfDay } from '@/i18n/when'

const DAY_MS = 86_400_000

/** How many days from the first to the last, both counted; below 1 when they run backwards, NaN when one is missing. */
export function daysBetween(first: string, last: string): number {
  return (startOfDay(last).getTime() - startOfDay(first).getTime()) / DAY_MS + 1
}

/** 08:30 out of 08:30:00. */
export const clock = (time: string): string => time.slice(0, 5)

/** Spans of days and of time for figures. Pure but for words. */
import { parts } from './clocks'
import { t } from '@/i18n/words/imaging'

/** The same day so many months before; the last of that month where it has no such day. */
export function monthsBack(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  const last = new Date(Date.UTC(year, month - months, 0)).getUTCDate()
  return new Date(Date.UTC(year, month - 1 - months, Math.min(date, last))).toISOString().slice(0, 10)
}

export function spanOf(seconds: number): string {
  const { days, hours, minutes } = parts(Math.round(seconds / 60))
  if (days) return t('span.days', { d: days, h: hours })
  return hours ? t('span.hours', { h: hours, m: minutes }) : t('span.minutes', { n: minutes })
}

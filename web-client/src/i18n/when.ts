/**
 * Dates and times as people here say them: always Asia/Shanghai, 24 hours, 上午/下午 in the elder view, the year only
 * when it is not this year.
 */
import { elder, shown } from '@/view/settings'

const ZONE = 'Asia/Shanghai'
const formats = new Map<string, Intl.DateTimeFormat>()

function format(options: Intl.DateTimeFormatOptions, locale: string = shown.language): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options)
  let found = formats.get(key)
  if (!found) formats.set(key, (found = new Intl.DateTimeFormat(locale, { timeZone: ZONE, ...options })))
  return found
}

export type Moment = string | number | Date

function instant(moment: Moment): Date {
  return moment instanceof Date ? moment : new Date(moment)
}

/** The calendar day in Shanghai, as 2026-11-23; good for comparing and as a key. */
export function dayOf(moment: Moment): string {
  const parts = format({ year: 'numeric', month: '2-digit', day: '2-digit' }, 'en-CA').format(instant(moment))
  return parts
}

/** The instant at which a Shanghai day (2026-11-23) begins: no daylight saving there, so the offset is constant. */
export function startOfDay(day: string): Date {
  return new Date(`${day}T00:00:00+08:00`)
}

// Word joiner: no line ends inside 下午.
const HALVES = ['上\u2060午\u00a0', '下\u2060午\u00a0'] as const

/** 14:30; 下午 2:30 or 2:30 PM in the elder view. */
export function timeOf(moment: Moment): string {
  const at = instant(moment)
  if (!elder.value)
    return format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, 'en-GB').format(at)
  if (shown.language === 'en')
    return format({ hour: 'numeric', minute: '2-digit', hour12: true }, 'en-US')
      .format(at)
      .replace(/\s/, '\u00a0')
  const [hour = '0', minute = '00'] = format(
    { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
    'en-GB',
  )
    .format(at)
    .split(':')
  const h = Number(hour)
  return `${HALVES[h < 12 ? 0 : 1]}${h % 12 === 0 ? 12 : h % 12}:${minute}`
}

/** 14:40 到 14:55; the elder view says 下午 once where both lie in one half of the day. */
export function timesOf(from: Moment, to: Moment): string {
  const between = shown.language === 'en' ? ' to ' : ' 到 '
  const first = timeOf(from)
  let last = timeOf(to)
  if (last === first) return first
  const half = HALVES.find((one) => first.startsWith(one) && last.startsWith(one))
  if (half) last = last.slice(half.length)
  return first + between + last
}

/** 11月23日, with the year when it is another one. */
export function dateOf(moment: Moment, now: Moment = Date.now()): string {
  const at = instant(moment)
  const sameYear = dayOf(at).slice(0, 4) === dayOf(now).slice(0, 4)
  const shape: Intl.DateTimeFormatOptions = {
    month: shown.language === 'en' ? 'short' : 'long',
    day: 'numeric',
  }
  if (!sameYear) shape.year = 'numeric'
  return format(shape, shown.language === 'en' ? 'en-GB' : 'zh-CN').format(at)
}

/** 周一 */
export function weekdayOf(moment: Moment): string {
  return format({ weekday: 'short' }).format(instant(moment))
}

/** 11月23日 周一 */
export function dateAndWeekday(moment: Moment, now: Moment = Date.now()): string {
  return `${dateOf(moment, now)}\u00a0${weekdayOf(moment)}`
}

/** 今天 14:30, or 11月23日 周一 14:30. */
export function dateAndTime(moment: Moment, now: Moment = Date.now()): string {
  const today = dayOf(moment) === dayOf(now)
  const day = today ? (shown.language === 'en' ? 'Today' : '今天') : dateAndWeekday(moment, now)
  return `${day} ${timeOf(moment)}`
}

/** 2026-11-23 14:52, for paper. */
export function stampOf(moment: Moment): string {
  const time = format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, 'en-GB').format(
    instant(moment),
  )
  return `${dayOf(moment)} ${time}`
}

/** 06:12, or 1:06:12. */
export function elapsed(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const two = (n: number) => String(n).padStart(2, '0')
  const minutes = Math.floor(whole / 60)
  const rest = two(whole % 60)
  return minutes < 60 ? `${two(minutes)}:${rest}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${rest}`
}

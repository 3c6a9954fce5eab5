/** Which clock of a request runs, how long it has left, and how the board is ordered by it. Pure. */
import type { Row, Status, Urgency } from './contract'

export interface Due {
  which: 'answer' | 'report' | 'meeting'
  at: number
  leftMs: number
  over: boolean
  /** In the last fifth of its time, or the last hour. */
  soon: boolean
}

const ANSWERING: readonly Status[] = ['submitted']
const REPORTING: readonly Status[] = ['in_session', 'reporting']
const HOUR = 3_600_000
const SOON_SHARE = 0.2

function due(which: Due['which'], iso: string, from: string | null, now: number): Due {
  const at = Date.parse(iso)
  const leftMs = at - now
  const whole = from ? at - Date.parse(from) : 5 * HOUR
  return {
    which,
    at,
    leftMs,
    over: leftMs <= 0,
    soon: leftMs > 0 && leftMs <= Math.min(HOUR, whole * SOON_SHARE),
  }
}

/** The clock that runs now; undefined when nobody has to hurry. */
export function dueOf(row: Row, now: number): Due | undefined {
  if (ANSWERING.includes(row.status) && row.answer_due_at)
    return due('answer', row.answer_due_at, row.submitted_at, now)
  if (REPORTING.includes(row.status) && row.report_due_at)
    return due('report', row.report_due_at, row.meeting?.starts_at ?? null, now)
  if (row.status === 'scheduled' && !row.meeting && row.report_due_at)
    return due('report', row.report_due_at, row.submitted_at, now)
  if (row.status === 'scheduled' && row.meeting) return due('meeting', row.meeting.starts_at, null, now)
  return undefined
}

const RANK: Readonly<Record<Urgency, number>> = { emergency: 0, urgent: 1, ordinary: 2 }

/** What has to be looked at first: what is over or due soonest; of the same instant the more urgent one. */
export function byClock(rows: readonly Row[], now: number): Row[] {
  const key = (row: Row) => dueOf(row, now)?.at ?? Number.MAX_SAFE_INTEGER
  return [...rows].sort((a, b) => key(a) - key(b) || RANK[a.urgency] - RANK[b.urgency])
}

/** 8 分钟 or 3 小时: the larger unit, never rounded up, so that nobody counts on time that is not there. */
export function span(ms: number): { n: number; unit: 'minute' | 'hour' | 'day' } {
  const minutes = Math.floor(Math.abs(ms) / 60_000)
  if (minutes < 120) return { n: minutes, unit: 'minute' }
  if (minutes < 48 * 60) return { n: Math.floor(minutes / 60), unit: 'hour' }
  return { n: Math.floor(minutes / 1440), unit: 'day' }
}

export type Column = 'answer' | 'accepted' | 'today' | 'running' | 'later'

/** Where the dispatcher's board shows it; undefined: not on the board. */
export function columnOf(row: Row, endOfToday: number): Column | undefined {
  if (row.status === 'submitted') return 'answer'
  if (row.status === 'accepted') return 'accepted'
  if (row.status === 'in_session' || row.status === 'reporting') return 'running'
  if (row.status !== 'scheduled') return undefined
  return row.meeting && Date.parse(row.meeting.starts_at) >= endOfToday ? 'later' : 'today'
}

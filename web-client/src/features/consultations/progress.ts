/**
 * Where a visit stands for the patient's side, and the one next thing to do about it. Pure; the server's statuses are in
 * server/consultations/lifecycle.py.
 */
import { dayOf } from '@/i18n/when'

export type Step =
  | 'prepare' // something is still missing
  | 'early' // prepared; the waiting room is not open yet
  | 'ready' // may enter the waiting room
  | 'wait' // in the waiting room
  | 'enter' // called, or the room is open
  | 'writing' // the talk is over, the summary is not signed
  | 'summary'
  | 'over' // ended without a summary

interface Standing {
  status: string
  missing?: readonly string[]
  check_in_opens_at?: string
}

const STEPS: Readonly<Record<string, Step>> = {
  queued: 'wait',
  not_present: 'wait',
  called: 'enter',
  eligibility: 'enter',
  in_video: 'enter',
  documenting: 'writing',
  ended_technical: 'writing',
  signed: 'summary',
  closed: 'summary',
}

/** What the patient's side does next. A line of the list does not know what is missing: then it is preparing. */
export function stepOf(visit: Standing, now: number): Step {
  if (visit.status !== 'booked' && visit.status !== 'pre_check') return STEPS[visit.status] ?? 'over'
  if (!visit.missing || visit.missing.length > 0) return 'prepare'
  return visit.check_in_opens_at && Date.parse(visit.check_in_opens_at) > now ? 'early' : 'ready'
}

/** Where the next step is done. */
export function pathOf(id: string, step: Step): string {
  const places: Readonly<Record<Step, string>> = {
    prepare: '/prepare',
    early: '',
    ready: '/waiting',
    wait: '/waiting',
    enter: '/call',
    writing: '',
    summary: '/summary',
    over: '',
  }
  return `/visits/${id}${places[step]}`
}

interface Line extends Standing {
  slot_starts_at: string
  signed_at: string | null
}

const URGENCY: Readonly<Record<Step, number>> = {
  enter: 0,
  wait: 1,
  ready: 2,
  prepare: 2,
  early: 2,
  writing: 3,
  summary: 4,
  over: 9,
}

/** The visit that home speaks of: a live one, else the nearest ahead, else a summary that came today. */
export function nextOf<L extends Line>(visits: readonly L[], now: number): L | undefined {
  const today = dayOf(now)
  return visits
    .filter((visit) => {
      const step = stepOf(visit, now)
      if (step === 'over') return false
      return step !== 'summary' || (visit.signed_at !== null && dayOf(visit.signed_at) === today)
    })
    .sort(
      (a, b) =>
        URGENCY[stepOf(a, now)] - URGENCY[stepOf(b, now)] ||
        Date.parse(a.slot_starts_at) - Date.parse(b.slot_starts_at),
    )[0]
}

/** Whether a visit is still ahead or going on. */
export function isAhead(visit: Standing): boolean {
  return !['summary', 'over'].includes(stepOf(visit, 0))
}

/** How many visits lie ahead today and in the seven days from today. */
export function countsOf(visits: readonly Line[], now: number): { today: number; week: number } {
  const ahead = visits.filter(isAhead)
  const today = dayOf(now)
  const last = dayOf(now + 6 * 86_400_000)
  return {
    today: ahead.filter((visit) => dayOf(visit.slot_starts_at) === today).length,
    week: ahead.filter((visit) => dayOf(visit.slot_starts_at) <= last).length,
  }
}

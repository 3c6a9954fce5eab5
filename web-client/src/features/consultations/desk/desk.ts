/**
 * The doctor's day: the worklist in its groups, the own sessions, and what time says about each line. Pure where it can
 * be; what the server allows is the server's.
 */
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, got } from '@/api/client'
import { useLive } from '@/api/live'
import { refetch, useQuery } from '@/api/queries'
import type { components } from '@/api/schema'
import { session } from '@/features/identity/session'
import { dayOf } from '@/i18n/when'

export type Worklist = components['schemas']['WorklistView']
export type WorkItem = components['schemas']['WorkItemView']
export type Reception = components['schemas']['ReceptionView']
export type Session = components['schemas']['SessionView']
export type Visit = components['schemas']['VisitView']

/** Between two calls a patient gets this long to answer; the server keeps it, the page counts it down. */
export const CALL_AGAIN_S = 60
export const CALLS_NEEDED = 3
export const GROUPS = ['inside', 'waiting', 'not_arrived', 'unsigned', 'done'] as const
export type Group = (typeof GROUPS)[number]

export function useWorklist() {
  const query = useQuery({
    queryKey: ['worklist'],
    queryFn: () => got(api.GET('/api/worklist')),
    refetchInterval: 30_000,
  })
  useLive(() => session.person && `worklist:${session.person.person_id}`, ['worklist'], ['visit'])
  return query
}

export function useDeskVisit(id: MaybeRefOrGetter<string>) {
  const query = useQuery({
    queryKey: () => ['visit', toValue(id)],
    queryFn: () => got(api.GET('/api/visits/{visit_id}', { params: { path: { visit_id: toValue(id) } } })),
  })
  useLive(() => `visit:${toValue(id)}`, ['visit', toValue(id)], ['worklist'])
  return query
}

/** The own sessions of today at this institution, by their beginning. */
export function useMySessions() {
  const query = useQuery({
    queryKey: () => ['sessions', 'mine', dayOf(Date.now())],
    queryFn: () => {
      const today = dayOf(Date.now())
      const doctor_id = session.person?.person_id ?? ''
      return got(api.GET('/api/sessions', { params: { query: { first: today, last: today, doctor_id } } }))
    },
    enabled: () => session.person?.role === 'doctor',
  })
  const mine = computed(() =>
    (query.data.value ?? [])
      .filter((one) => one.doctor.organisation_id === session.person?.organisation?.id)
      .sort((a, b) => Date.parse(a.starts_at) - Date.parse(b.starts_at)),
  )
  return { query, mine }
}

/** Which session the desk is about: the one whose door is open, else the running one, else the next, else the last. */
export function currentSession(
  sessions: readonly Session[],
  receptions: readonly Reception[],
  now: number,
): Session | undefined {
  const open = receptions.find((one) => one.state === 'open' || one.state === 'paused')
  const live = sessions.filter((one) => one.status === 'published')
  return (
    sessions.find((one) => one.id === open?.session_id) ??
    live.find((one) => Date.parse(one.ends_at) > now) ??
    live.at(-1)
  )
}

/** How many places of a session are taken. */
/** Seconds until the patient may be called again; 0 when at once. */
export function callAgainIn(lastCalledAt: string | null, now: number): number {
  if (!lastCalledAt) return 0
  return Math.max(0, Math.ceil((Date.parse(lastCalledAt) + CALL_AGAIN_S * 1000 - now) / 1000))
}

export function minutesSince(moment: string | null, now: number): number {
  return moment ? Math.max(0, Math.floor((now - Date.parse(moment)) / 60_000)) : 0
}

/** The line of the worklist for a visit, and the group it stands in. */
export function lineOf(list: Worklist | undefined, id: string | undefined): WorkItem | undefined {
  if (!list || !id) return undefined
  return GROUPS.flatMap((group) => list[group]).find((one) => one.id === id)
}

/** Whom the desk shows when nobody was chosen: who is inside, else who waits first, else who is unsigned. */
export function firstOf(list: Worklist): WorkItem | undefined {
  return list.inside[0] ?? list.waiting[0] ?? list.unsigned[0] ?? list.not_arrived[0] ?? list.done[0]
}

/** After anything was done at the desk. */
export function refreshDesk(visitId?: string): void {
  refetch(['worklist'], visitId ? ['visit', visitId] : ['visit'])
}

export type Stage = 'before' | 'waiting' | 'called' | 'room' | 'writing' | 'over'

/** What the middle of the desk shows for a status of the server. */
export function stageOf(status: string): Stage {
  switch (status) {
    case 'booked':
    case 'pre_check':
      return 'before'
    case 'queued':
    case 'not_present':
      return 'waiting'
    case 'called':
    case 'eligibility':
      return 'called'
    case 'in_video':
      return 'room'
    case 'documenting':
    case 'ended_technical':
      return 'writing'
    default:
      return 'over'
  }
}

/** Whether the note may still be written: from waiting on, until it is signed. */
export function noteIsOpen(visit: Pick<Visit, 'status' | 'signed_at' | 'started_at'>): boolean {
  if (visit.signed_at) return false
  const stage = stageOf(visit.status)
  if (stage === 'over') return visit.status === 'terminated_to_offline' && visit.started_at !== null
  return stage !== 'before'
}

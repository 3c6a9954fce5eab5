/** Visits of the patient's side: asking for them and keeping them fresh. What each state means is in progress.ts. */
import { toValue, type MaybeRefOrGetter } from 'vue'
import { api, got } from '@/api/client'
import { useLive } from '@/api/live'
import { useQuery } from '@/api/queries'
import type { components } from '@/api/schema'
import { session } from '@/features/identity/session'

export type VisitLine = components['schemas']['VisitLineView']
export type Visit = components['schemas']['VisitView']
export type Place = components['schemas']['PlaceView']

/** Every visit of the own side, latest first; fetched again when a message about one arrives. */
export function useVisits() {
  const query = useQuery({ queryKey: ['visits'], queryFn: () => got(api.GET('/api/visits')) })
  useLive(() => session.person && `inbox:${session.person.person_id}`, ['visits'], ['visit'], ['inbox'])
  return query
}

/** One visit, live. */
export function useVisit(id: MaybeRefOrGetter<string | undefined>, refetchInterval?: number) {
  const query = useQuery({
    queryKey: () => ['visit', toValue(id)],
    queryFn: () =>
      got(api.GET('/api/visits/{visit_id}', { params: { path: { visit_id: toValue(id) ?? '' } } })),
    enabled: () => Boolean(toValue(id)),
    ...(refetchInterval !== undefined && { refetchInterval }),
  })
  useLive(() => toValue(id) && `visit:${toValue(id)}`, ['visit', toValue(id)], ['visits'])
  return query
}

/** The pharmacist's queue, claims and decisions. */
import { told } from '../calls'
import type { Kind, Override, Prescription } from '../contract'
import type { Step } from '../calls'
import type { Message } from '../talk'
import { useAction } from '@/api/action'
import { api } from '@/api/client'
import { useLive } from '@/api/live'
import { refetch, useQuery } from '@/api/queries'
import { session } from '@/features/identity/session'

type Loose = Record<'GET' | 'POST', (path: string, wanted?: object) => Promise<{ data?: unknown }>>
const loose = api as unknown as Loose

export interface Queued {
  id: string
  number: string
  version: number
  kind: Kind
  patient: string
  sex: string | null
  age: number | null
  department_id: string
  department: string
  prescriber: string
  waiting_since: string
  priority: 'urgent' | 'early' | 'usual'
  level: string
  emergency: boolean
  long_term: boolean
  valid_until: string | null
  claimed_by: string | null
  claimed_by_name: string | null
  claimed_until: string | null
  own: boolean
}

export interface Filters {
  state: string
  kind: string
  department: string
  level: string
}

export interface Review {
  prescription: Prescription
  findings_digest: string
  claimed_by: string | null
  claimed_until: string | null
  patient: {
    allergies: { name: string; reaction: string }[] | null
    results: { name: string; value: string; unit: string; on: string }[]
    current: { name: string; use: string; by: string; on: string | null; remaining_days: number | null }[]
    facts: { weight_kg: string | null; pregnant: boolean | null; lactating: boolean | null }
  }
  overrides: Override[]
  history: Step[]
  chat: Message[]
}

export interface Held {
  id: string
  number: string
  version: number
  status: string
  claimed_until: string | null
  decided_at: string | null
  valid_until: string | null
}

const given = (filters: Filters) =>
  Object.fromEntries(Object.entries(filters).map(([name, value]) => [name, value || undefined]))

export function useQueue(filters: () => Filters) {
  const query = useQuery({
    queryKey: () => ['reviews', filters()],
    queryFn: () => told<Queued[]>(loose.GET('/api/reviews', { params: { query: given(filters()) } })),
    refetchInterval: 30_000,
    keepPrevious: true,
  })
  useLive(() => {
    const place = session.person?.organisation
    return place ? `reviews:${place.id}` : undefined
  }, ['reviews'])
  return query
}

export function useReview(id: () => string | undefined) {
  const query = useQuery({
    queryKey: () => ['review', id()],
    queryFn: () =>
      told<Review>(loose.GET('/api/prescriptions/{id}/review', { params: { path: { id: id() ?? '' } } })),
    enabled: () => Boolean(id()),
  })
  useLive(() => (id() ? `prescription:${id()}` : undefined), ['review'], ['prescription-steps'])
  return query
}

const refresh = () => refetch(['reviews'], ['review'])

export const useClaimNext = () =>
  useAction(async (key, filters: Filters) => {
    const { kind, department, level } = given(filters)
    const headers = { 'Idempotency-Key': key }
    const claim = await told<Held>(
      loose.POST('/api/reviews/next', { headers, body: { kind, department, level } }),
    )
    refresh()
    return claim
  })

export type ReviewVerb = 'claim' | 'renew-claim' | 'release' | 'approve' | 'return' | 'reject'

/** A step of a review; a refusal fetches anew too, because somebody else was faster. */
export const useStep = (verb: ReviewVerb) =>
  useAction(async (key, id: string, body?: object) => {
    const headers = { 'Idempotency-Key': key }
    try {
      return await told<Held>(
        loose.POST(`/api/prescriptions/{id}/${verb}`, { params: { path: { id } }, headers, body }),
      )
    } finally {
      refresh()
    }
  })

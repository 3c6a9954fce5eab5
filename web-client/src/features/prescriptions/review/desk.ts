/** The pharmacist's queue, claims and decisions. */
import { useAction } from '@/api/action'
import { api, got } from '@/api/client'
import { useLive } from '@/api/live'
import { refetch, useQuery } from '@/api/queries'
import type { components } from '@/api/schema'
import { session } from '@/features/identity/session'

export type Queued = components['schemas']['QueuedView']
export type Review = components['schemas']['SheetView']
type Seen = components['schemas']['SeenBody']
type Reasoned = components['schemas']['ReasonedBody']
type Asked = NonNullable<components['schemas']['NextBody']>

export interface Filters {
  state: '' | 'waiting' | 'mine' | 'claimed'
  kind: '' | 'western' | 'tcm_pieces'
  department: string
  level: '' | 'failed' | 'not_covered' | 'confirm' | 'warning' | 'passed'
}

export function useQueue(filters: () => Filters) {
  const query = useQuery({
    queryKey: () => ['reviews', filters()],
    queryFn: () => {
      const { state, kind, department, level } = filters()
      return got(
        api.GET('/api/reviews', {
          params: {
            query: {
              state: state || undefined,
              kind: kind || undefined,
              department: department || undefined,
              level: level || undefined,
            },
          },
        }),
      )
    },
    refetchInterval: 30_000,
    keepPrevious: true,
  })
  useLive(() => {
    const place = session.person?.organisation
    return place ? `reviews:${place.id}` : undefined
  }, ['reviews'])
  return query
}

const at = (prescription_id: string) => ({ params: { path: { prescription_id } } })

export function useReview(id: () => string | undefined) {
  const query = useQuery({
    queryKey: () => ['review', id()],
    queryFn: () => got(api.GET('/api/prescriptions/{prescription_id}/review', at(id() ?? ''))),
    enabled: () => Boolean(id()),
    // Nobody told this page of what happened while it was not open.
    staleTime: 0,
  })
  useLive(() => (id() ? `prescription:${id()}` : undefined), ['review'], ['prescription-steps'])
  return query
}

const refresh = () => refetch(['reviews'], ['review'])

export const useClaimNext = () =>
  useAction(async (key, { kind, department, level }: Filters) => {
    const headers = { 'Idempotency-Key': key }
    const body: Asked = { kind: kind || null, department: department || null, level: level || null }
    const claim = await got(api.POST('/api/reviews/next', { headers, body }))
    refresh()
    return claim
  })

type Plain =
  | '/api/prescriptions/{prescription_id}/claim'
  | '/api/prescriptions/{prescription_id}/renew-claim'
  | '/api/prescriptions/{prescription_id}/release'

/** A step without words. A refusal fetches anew too: somebody else was faster. */
function plain(path: Plain) {
  return useAction(async (key, id: string) => {
    try {
      return await got(api.POST(path, { ...at(id), headers: { 'Idempotency-Key': key } }))
    } finally {
      refresh()
    }
  })
}
export const useClaim = () => plain('/api/prescriptions/{prescription_id}/claim')
export const useRenew = () => plain('/api/prescriptions/{prescription_id}/renew-claim')
export const useRelease = () => plain('/api/prescriptions/{prescription_id}/release')

export type Verdict = 'approve' | 'return' | 'reject'
export interface Said {
  reason_code: string
  text: string
}

/** The decision about exactly what the page shows. */
export const useDecide = () =>
  useAction(async (key, id: string, verdict: Verdict, seen: Seen, because: Said) => {
    const headers = { 'Idempotency-Key': key }
    const reasoned: Reasoned = { ...seen, ...because }
    try {
      if (verdict === 'approve') {
        const path = '/api/prescriptions/{prescription_id}/approve'
        return await got(api.POST(path, { ...at(id), headers, body: seen }))
      }
      const path = `/api/prescriptions/{prescription_id}/${verdict}` as const
      return await got(api.POST(path, { ...at(id), headers, body: reasoned }))
    } finally {
      refresh()
    }
  })

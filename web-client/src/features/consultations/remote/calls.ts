/** Calls about requests, as pages make them. */
import { toValue, type MaybeRefOrGetter } from 'vue'
import type { Box, MaterialKind, Request, Row, Used } from './contract'
import { toBody, type Form } from './fields'
import { useAction } from '@/api/action'
import { api, got } from '@/api/client'
import { useLive } from '@/api/live'
import { put, refetch, useQuery } from '@/api/queries'
import type { components } from '@/api/schema'

type Schemas = components['schemas']
type View = Promise<{ data?: Schemas['RemoteRequestView'] }>
export const keyed = (key: string) => ({ headers: { 'Idempotency-Key': key } })
const at = (request_id: string) => ({ params: { path: { request_id } } })
const whole = (answer: View) => got(answer) as Promise<Request>

export const requestKey = (id: string) => ['remote-request', id] as const

export function useRequest(id: MaybeRefOrGetter<string>) {
  useLive(
    () => (toValue(id) ? `request:${toValue(id)}` : undefined),
    ['remote-request'],
    ['remote-steps'],
    ['remote-requests'],
  )
  return useQuery({
    queryKey: () => requestKey(toValue(id)),
    queryFn: () => whole(api.GET('/api/remote-requests/{request_id}', at(toValue(id)))),
    enabled: () => toValue(id) !== '',
    refetchInterval: 60_000,
  })
}

export const useRequests = (box: Box) =>
  useQuery({
    queryKey: ['remote-requests', box],
    queryFn: () => got(api.GET('/api/remote-requests', { params: { query: { box } } })) as Promise<Row[]>,
    refetchInterval: 30_000,
  })

export const useSteps = (id: MaybeRefOrGetter<string>, enabled: MaybeRefOrGetter<boolean>) =>
  useQuery({
    queryKey: () => ['remote-steps', toValue(id)],
    queryFn: () => got(api.GET('/api/remote-requests/{request_id}/steps', at(toValue(id)))),
    enabled,
  })

export const usePartners = () =>
  useQuery({
    queryKey: ['cooperation-partners', 'consultation'],
    queryFn: () =>
      got(api.GET('/api/cooperation-partners', { params: { query: { scope: 'consultation' } } })),
    staleTime: 5 * 60_000,
  })

export const useCandidates = (id: MaybeRefOrGetter<string>, day: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: () => ['remote-experts', toValue(id), toValue(day)],
    queryFn: () =>
      got(
        api.GET('/api/remote-requests/{request_id}/experts', {
          params: { path: { request_id: toValue(id) }, query: { day: toValue(day) } },
        }),
      ),
    keepPrevious: true,
  })

export const create = (key: string, patient_id: string) =>
  whole(api.POST('/api/remote-requests', { ...keyed(key), body: { patient_id, asap: true } }))

export const save = (id: string, version: number, form: Form) =>
  whole(
    api.PUT('/api/remote-requests/{request_id}', {
      ...at(id),
      body: { version, ...toBody(form) } as Schemas['RemoteEdit'],
    }),
  )

export const consent = (key: string, id: string, body: Schemas['RemoteSigning']) =>
  whole(api.POST('/api/remote-requests/{request_id}/consent', { ...at(id), ...keyed(key), body }))

export const attach = (id: string, material: { upload_id?: string; study_id?: string; kind: MaterialKind }) =>
  whole(api.POST('/api/remote-requests/{request_id}/materials', { ...at(id), body: material }))

export const detach = (request_id: string, material_id: string) =>
  whole(
    api.DELETE('/api/remote-requests/{request_id}/materials/{material_id}', {
      params: { path: { request_id, material_id } },
    }),
  )

/** What each verb is told beside the version. */
export interface Acts {
  submit: object
  resubmit: object
  accept: object
  decline: { code: string; text: string }
  return: { code: string; text: string }
  cancel: { text: string }
  emergency: object
  schedule: { starts_at: string | null; experts: { person_id: string; lead: boolean }[] }
  reschedule: { starts_at: string | null; text: string }
  experts: { experts: { person_id: string; lead: boolean }[]; text: string }
  conclude: object
  close: { used: Used; text: string }
}
export type Verb = keyof Acts
const ROUTES = {
  submit: '/api/remote-requests/{request_id}/submit',
  resubmit: '/api/remote-requests/{request_id}/resubmit',
  accept: '/api/remote-requests/{request_id}/accept',
  decline: '/api/remote-requests/{request_id}/decline',
  return: '/api/remote-requests/{request_id}/return',
  cancel: '/api/remote-requests/{request_id}/cancel',
  emergency: '/api/remote-requests/{request_id}/emergency',
  schedule: '/api/remote-requests/{request_id}/schedule',
  reschedule: '/api/remote-requests/{request_id}/reschedule',
  experts: '/api/remote-requests/{request_id}/experts',
  conclude: '/api/remote-requests/{request_id}/conclude',
  close: '/api/remote-requests/{request_id}/close',
} as const satisfies Record<Verb, string>

/** One verb of a request's life; the page then has the request as it is. */
export function useAct(id: MaybeRefOrGetter<string>) {
  return useAction(async <V extends Verb>(key: string, verb: V, version: number, more: Acts[V]) => {
    const asked = { ...at(toValue(id)), ...keyed(key), body: { version, ...more } }
    // Each verb's body is its own; which belongs to which is said by Acts.
    const now = (await got(api.POST(ROUTES[verb], asked as never))) as Request | undefined
    if (now) put(requestKey(now.id), now)
    else refetch(requestKey(toValue(id)))
    refetch(['remote-requests'], ['remote-steps', toValue(id)])
    return now ?? true
  })
}

/** The expert's word on whether they come. */
export const answer = (key: string, id: string, coming: boolean, text = '') =>
  api.POST('/api/remote-requests/{request_id}/answer', { ...at(id), ...keyed(key), body: { coming, text } })

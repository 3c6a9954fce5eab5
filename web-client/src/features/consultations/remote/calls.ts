/** Calls about requests, as pages make them. */
import { toValue, type MaybeRefOrGetter } from 'vue'
import type { Box, Candidate, MaterialKind, Partner, Request, Row, Step, Used } from './contract'
import type { Form } from './fields'
import { toBody } from './fields'
import { useAction } from '@/api/action'
import { api } from '@/api/client'
import { useLive } from '@/api/live'
import { put, refetch, useQuery } from '@/api/queries'

interface Wanted {
  params?: { path?: Record<string, string>; query?: Record<string, unknown> }
  headers?: Record<string, string>
  body?: unknown
}
type Ask = (path: string, wanted?: Wanted) => Promise<{ data?: unknown }>
/** By hand until the description has these routes. */
export const open = api as unknown as Record<'GET' | 'POST' | 'PUT' | 'DELETE', Ask>
export async function told<T>(answer: Promise<{ data?: unknown }>): Promise<T> {
  return (await answer).data as T
}
export const keyed = (key: string) => ({ headers: { 'Idempotency-Key': key } })
const REQUEST = '/api/remote-requests/{id}'
const at = (id: string) => ({ params: { path: { id } } })

export const requestKey = (id: string) => ['remote-request', id] as const

export function useRequest(id: MaybeRefOrGetter<string>) {
  useLive(
    () => `request:${toValue(id)}`,
    ['remote-request', toValue(id)],
    ['remote-steps', toValue(id)],
    ['remote-requests'],
  )
  return useQuery({
    queryKey: () => requestKey(toValue(id)),
    queryFn: () => told<Request>(open.GET(REQUEST, at(toValue(id)))),
    enabled: () => toValue(id) !== '',
    refetchInterval: 60_000,
  })
}

export function useRequests(box: Box, state: MaybeRefOrGetter<string> = '') {
  return useQuery({
    queryKey: () => ['remote-requests', box, toValue(state)],
    queryFn: () =>
      told<Row[]>(
        open.GET('/api/remote-requests', { params: { query: { box, state: toValue(state) || undefined } } }),
      ),
    refetchInterval: 30_000,
    keepPrevious: true,
  })
}

export const useSteps = (id: MaybeRefOrGetter<string>, enabled: MaybeRefOrGetter<boolean>) =>
  useQuery({
    queryKey: () => ['remote-steps', toValue(id)],
    queryFn: () => told<Step[]>(open.GET(`${REQUEST}/steps`, at(toValue(id)))),
    enabled,
  })

export const usePartners = () =>
  useQuery({
    queryKey: ['cooperation-partners', 'consultation'],
    queryFn: () =>
      told<Partner[]>(
        open.GET('/api/cooperation-partners', { params: { query: { scope: 'consultation' } } }),
      ),
    staleTime: 5 * 60_000,
  })

export const useCandidates = (id: MaybeRefOrGetter<string>, day: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: () => ['remote-experts', toValue(id), toValue(day)],
    queryFn: () =>
      told<Candidate[]>(
        open.GET(`${REQUEST}/experts`, {
          ...at(toValue(id)),
          params: { path: { id: toValue(id) }, query: { day: toValue(day) } },
        }),
      ),
    keepPrevious: true,
  })

export const create = (key: string, patient_id: string) =>
  told<Request>(open.POST('/api/remote-requests', { ...keyed(key), body: { patient_id, asap: true } }))

export const save = (id: string, version: number, form: Form) =>
  told<Request>(open.PUT(REQUEST, { ...at(id), body: { version, ...toBody(form) } }))

export const attach = (id: string, material: { upload_id?: string; study_id?: string; kind: MaterialKind }) =>
  told<Request>(open.POST(`${REQUEST}/materials`, { ...at(id), body: material }))

export const detach = (id: string, material: string) =>
  told<Request>(open.DELETE(`${REQUEST}/materials/{material}`, { params: { path: { id, material } } }))

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

/** One verb of a request's life; its answer is the request as it is then. */
export function useAct(id: MaybeRefOrGetter<string>) {
  return useAction(async <V extends Verb>(key: string, verb: V, version: number, more: Acts[V]) => {
    const now = await told<Request | undefined>(
      open.POST(`${REQUEST}/${verb}`, { ...at(toValue(id)), ...keyed(key), body: { version, ...more } }),
    )
    if (now) put(requestKey(now.id), now)
    else refetch(requestKey(toValue(id)))
    refetch(['remote-requests'], ['remote-steps', toValue(id)])
    return now ?? true
  })
}

/** The expert's word on whether they come. */
export const answer = (key: string, id: string, coming: boolean, text = '') =>
  open.POST(`${REQUEST}/answer`, { ...at(id), ...keyed(key), body: { coming, text } })

/** An offline consultation is opened by the expert who writes. */
export const beginOffline = (key: string, id: string) =>
  told<Request>(open.POST(`${REQUEST}/begin`, { ...at(id), ...keyed(key), body: {} }))

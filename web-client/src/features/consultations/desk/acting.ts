/** What a doctor does with a visit: one action each, after which desk and visit are fetched again. */
import { refreshDesk, type Visit } from './desk'
import { useAction } from '@/api/action'
import { api, got } from '@/api/client'
import { put, refetch } from '@/api/queries'

type Plain =
  | '/api/visits/{visit_id}/call'
  | '/api/visits/{visit_id}/not-present'
  | '/api/visits/{visit_id}/start'
  | '/api/visits/{visit_id}/finish-video'

function done(visit: Visit): Visit {
  put(['visit', visit.id], visit)
  refreshDesk(visit.id)
  return visit
}

const sending = (key: string, visit_id: string) => ({
  params: { path: { visit_id } },
  headers: { 'Idempotency-Key': key },
})

function plain(path: Plain) {
  return useAction(async (key, id: string) => done(await got(api.POST(path, sending(key, id)))))
}

export const useCallPatient = () => plain('/api/visits/{visit_id}/call')
export const useNotPresent = () => plain('/api/visits/{visit_id}/not-present')
export const useStart = () => plain('/api/visits/{visit_id}/start')
export const useFinish = () => plain('/api/visits/{visit_id}/finish-video')

export type Decision = 'same_diagnosis' | 'papers_unclear' | 'first_visit'

export const useDecide = () =>
  useAction(async (key, id: string, decision: Decision, reason: string) =>
    done(
      await got(
        api.POST('/api/visits/{visit_id}/eligibility', { ...sending(key, id), body: { decision, reason } }),
      ),
    ),
  )

export const useTerminate = () =>
  useAction(async (key, id: string, reason: string) =>
    done(await got(api.POST('/api/visits/{visit_id}/terminate', { ...sending(key, id), body: { reason } }))),
  )

export const useSign = () =>
  useAction(async (key, id: string, seq: number) => {
    const body = { seq, close: true }
    const signed = done(await got(api.POST('/api/visits/{visit_id}/sign', { ...sending(key, id), body })))
    refetch(['encounters', signed.patient.id])
    return signed
  })

export const useShowPhone = () =>
  useAction(async (key, id: string) => {
    const shown = await got(api.POST('/api/visits/{visit_id}/phone', sending(key, id)))
    refreshDesk(id)
    return shown.phone
  })

/** A patient's prescriptions: calls, and what a state means for whoever waits for drugs. */
import { toValue, type MaybeRefOrGetter } from 'vue'
import type { Prescription } from '../contract'
import { api, got } from '@/api/client'
import { useLive } from '@/api/live'
import { useQuery } from '@/api/queries'
import type { components } from '@/api/schema'
import { dateAndTime, dateAndWeekday, startOfDay, dayOf } from '@/i18n/when'
import { t } from '@/i18n/words/rxown'

type Schemas = components['schemas']
export type PickUpCode = Schemas['PickUpCodeView']
export type Pharmacy = Schemas['PharmacyView']
export type Labels = Schemas['DrugLabelsView']
export type Medications = Schemas['MedicationsView']
export type Plan = Schemas['LongTermPlanView']
export type ReturnReason = Schemas['ReturnBody']['code']

const keyed = (key: string) => ({ headers: { 'Idempotency-Key': key } })
const at = (prescription_id: string) => ({ params: { path: { prescription_id } } })

/** The family's, the newest first; of one patient when one is named. */
export function useOwnPrescriptions(patient?: MaybeRefOrGetter<string | undefined>) {
  return useQuery({
    queryKey: () => ['prescriptions', 'own', toValue(patient)],
    queryFn: () =>
      got(api.GET('/api/prescriptions', { params: { query: { patient_id: toValue(patient) } } })),
  })
}

export function useOwnPrescription(id: MaybeRefOrGetter<string>) {
  const query = useQuery({
    queryKey: () => ['prescription', toValue(id)],
    queryFn: () => got(api.GET('/api/prescriptions/{prescription_id}', at(toValue(id)))),
  })
  useLive(() => `prescription:${toValue(id)}`, ['prescription', toValue(id)], ['pick-up-code', toValue(id)])
  return query
}

export const codeOf = (id: string) => got(api.GET('/api/prescriptions/{prescription_id}/code', at(id)))
export const labelsOf = (id: string) => got(api.GET('/api/prescriptions/{prescription_id}/label', at(id)))
export const pharmacies = () => got(api.GET('/api/pharmacies'))
export const counsellingOf = (id: string) =>
  got(api.GET('/api/prescriptions/{prescription_id}/counselling', at(id)))
export const questionsOf = (id: string) =>
  got(api.GET('/api/prescriptions/{prescription_id}/questions', at(id)))
export const ask = (key: string, id: string, text: string) =>
  got(
    api.POST('/api/prescriptions/{prescription_id}/questions', { ...at(id), ...keyed(key), body: { text } }),
  )
export const refusalsOf = (id: string) =>
  got(api.GET('/api/prescriptions/{prescription_id}/refusals', at(id)))
export const refuse = (key: string, id: string, item_id: string, reason: string) =>
  got(
    api.POST('/api/prescriptions/{prescription_id}/refusals', {
      ...at(id),
      ...keyed(key),
      body: { item_id, reason },
    }),
  )
export const received = (key: string, id: string) =>
  got(api.POST('/api/prescriptions/{prescription_id}/received', { ...at(id), ...keyed(key) }))
export const askReturn = (key: string, id: string, code: ReturnReason, text: string) =>
  got(
    api.POST('/api/prescriptions/{prescription_id}/return-requests', {
      ...at(id),
      ...keyed(key),
      body: { code, text },
    }),
  )
export const plans = () => got(api.GET('/api/plans'))
export const confirmPlan = (key: string, id: string, digest: string) =>
  got(
    api.POST('/api/prescriptions/{prescription_id}/plan/confirm', {
      ...at(id),
      ...keyed(key),
      body: { digest },
    }),
  )
export const medications = () => got(api.GET('/api/medications'))
export const renewals = () => got(api.GET('/api/renewals'))
export const renew = (key: string, prescription_id: string, words: string) =>
  got(api.POST('/api/renewals', { ...keyed(key), body: { prescription_id, words } }))

const FETCH = new Set(['valid'])
const APPROVED = new Set([
  ...FETCH,
  'locked',
  'partial',
  'dispensed',
  'handed_over',
  'in_delivery',
  'delivered',
  'return_requested',
  'returned_quality',
])
/** Whether a pharmacy would take it now. */
export const canFetch = (rx: Pick<Prescription, 'status'>) => FETCH.has(rx.status)
/** Whether there is a paper: nothing is printed before a pharmacist approved. */
export const isApproved = (rx: Pick<Prescription, 'status'>) => APPROVED.has(rx.status)
/** Until when, as people say it: a day that ends at midnight is that day, not the next at 00:00. */
export function untilOf(moment: string): string {
  const at = new Date(moment)
  if (startOfDay(dayOf(at)).getTime() !== at.getTime()) return dateAndTime(at)
  return t('until.midnight', { day: dateAndWeekday(at.getTime() - 1) })
}

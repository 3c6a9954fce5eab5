/** Patients at a clinic's desk: found by whole numbers that travel in bodies, never in addresses. */
import { toValue, type MaybeRefOrGetter } from 'vue'
import { api, got } from '@/api/client'
import { asProblem } from '@/api/problem'
import { useQuery } from '@/api/queries'
import type { components } from '@/api/schema'

export type PatientFacts = components['schemas']['PatientView']
export type By = 'id_number' | 'phone'
export const LENGTH: Readonly<Record<By, number>> = { id_number: 18, phone: 11 }

/** What people type, without the spaces they type it with. */
export const plain = (text: string): string => text.replaceAll(/[\s-]/g, '').toUpperCase()

export const findPatients = (by: By, number: string): Promise<PatientFacts[]> =>
  got(api.POST('/api/patients/search', { body: { [by]: plain(number) } }))

export function usePatient(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: () => ['patient', toValue(id)],
    queryFn: () =>
      got(api.GET('/api/patients/{patient_id}', { params: { path: { patient_id: toValue(id) } } })),
    staleTime: 60_000,
  })
}

/** The standing consent to act for a patient; null while there is none (then the record does not exist for this desk). */
export function useActing(patientId: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: () => ['acting', toValue(patientId)],
    queryFn: async () => {
      try {
        const path = { patient_id: toValue(patientId) }
        const all = await got(api.GET('/api/patients/{patient_id}/consents', { params: { path } }))
        return all.find((one) => one.purpose === 'act_for_me' && one.withdrawn_at === null) ?? null
      } catch (error) {
        if (asProblem(error).status === 404) return null
        throw error
      }
    },
  })
}

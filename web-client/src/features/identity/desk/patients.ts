/** Patients at a clinic's desk: found by whole numbers that travel in bodies, never in addresses. */
import { toValue, type MaybeRefOrGetter } from 'vue'
import { api, got } from '@/api/client'
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
    enabled: () => toValue(id) !== '',
    staleTime: 60_000,
  })
}

/** The standing consent that this institution acts for a patient; null while there is none. */
export function useActing(patientId: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: () => ['acting', toValue(patientId)],
    queryFn: () =>
      got(
        api.GET('/api/patients/{patient_id}/acting-consent', {
          params: { path: { patient_id: toValue(patientId) } },
        }),
      ),
  })
}

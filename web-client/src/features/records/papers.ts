/** Papers and pictures of a record: which there are, and where new ones are sent. */
import { toValue, type MaybeRefOrGetter } from 'vue'
import { api, got } from '@/api/client'
import { useQuery } from '@/api/queries'
import type { components } from '@/api/schema'

export type Paper = components['schemas']['AttachmentView']
export type PaperKind = Paper['kind']

/** The files for one encounter, with those uploaded without one. */
export function useEncounterPapers(encounterId: MaybeRefOrGetter<string | undefined>) {
  return useQuery({
    queryKey: () => ['papers', 'encounter', toValue(encounterId)],
    queryFn: () =>
      got(
        api.GET('/api/encounters/{encounter_id}/attachments', {
          params: { path: { encounter_id: toValue(encounterId) ?? '' } },
        }),
      ),
    enabled: () => Boolean(toValue(encounterId)),
  })
}

/** Every file of a patient, newest first. */
export function usePatientPapers(patientId: MaybeRefOrGetter<string | undefined>) {
  return useQuery({
    queryKey: () => ['papers', 'patient', toValue(patientId)],
    queryFn: () =>
      got(
        api.GET('/api/patients/{patient_id}/attachments', {
          params: { path: { patient_id: toValue(patientId) ?? '' } },
        }),
      ),
    enabled: () => Boolean(toValue(patientId)),
  })
}

export function uploadPath(patientId: string, kind: PaperKind, visitId?: string): string {
  const query = new URLSearchParams({ kind, ...(visitId && { visit_id: visitId }) })
  return `/api/patients/${patientId}/attachments?${query.toString()}`
}

/** Where pictures said in a visit's chat are kept. */
export function chatPath(visit: { id: string; patient: { id: string } }): string {
  return uploadPath(visit.patient.id, 'chat_picture', visit.id)
}

export function paperPath(id: string): string {
  return `/api/attachments/${id}`
}

/**
 * A patient's earlier encounters, and the newest signed note among them (this one's, once it is signed): where allergies
 * and diagnoses are known from.
 */
import { computed } from 'vue'
import { api, got } from '@/api/client'
import { useQuery } from '@/api/queries'

export function useEarlier(patientId: string, encounterId: string, signed: () => boolean = () => false) {
  const query = useQuery({
    queryKey: ['encounters', patientId],
    queryFn: () =>
      got(api.GET('/api/patients/{patient_id}/encounters', { params: { path: { patient_id: patientId } } })),
    staleTime: 60_000,
  })
  const last = computed(() =>
    query.data.value?.find((one) => (signed() || one.id !== encounterId) && one.closed_at !== null),
  )
  const note = useQuery({
    queryKey: () => ['note', last.value?.id],
    queryFn: () =>
      got(
        api.GET('/api/encounters/{encounter_id}/note', {
          params: { path: { encounter_id: last.value?.id ?? '' } },
        }),
      ),
    enabled: () => Boolean(last.value),
    staleTime: 60_000,
  })
  return { query, lastNote: computed(() => note.data.value?.versions.at(-1)?.content) }
}

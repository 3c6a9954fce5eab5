/** The patient's studies that this person may see: to attach what is there already, and to call what is attached by its name. */
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, got } from '@/api/client'
import { useQuery } from '@/api/queries'
import { may } from '@/features/identity/session'
import { dateOf } from '@/i18n/when'

export function useStudies(patientId: MaybeRefOrGetter<string>) {
  const query = useQuery({
    queryKey: () => ['imaging-studies', toValue(patientId)],
    queryFn: () =>
      got(api.GET('/api/imaging/studies', { params: { query: { patient_id: toValue(patientId) } } })),
    enabled: () => may('imaging.list'),
    staleTime: 30_000,
  })
  const lines = computed(() => query.data.value ?? [])
  const nameOf = (id: string | null): string => {
    const found = lines.value.find((one) => one.id === id)
    if (!found) return ''
    return [found.description || found.modality, found.study_at ? dateOf(found.study_at) : '']
      .filter(Boolean)
      .join(' ')
  }
  return { lines, nameOf }
}

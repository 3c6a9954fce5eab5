/** The recording of an encounter; asked again while parts of it are still on their way. */
import { ref, toValue, watch, type MaybeRefOrGetter } from 'vue'
import type { Recording } from './timeline'
import { api, got } from '@/api/client'
import { asProblem } from '@/api/problem'
import { useQuery, type Query } from '@/api/queries'

const PENDING_EVERY_MS = 5_000

/** null: there is none. */
export function useRecording(encounterId: MaybeRefOrGetter<string | undefined>): Query<Recording | null> {
  const pending = ref(false)
  const query = useQuery<Recording | null>({
    queryKey: () => ['recording', toValue(encounterId)],
    queryFn: async () => {
      const path = { encounter_id: toValue(encounterId) ?? '' }
      try {
        return await got(api.GET('/api/encounters/{encounter_id}/recording', { params: { path } }))
      } catch (error) {
        if (asProblem(error).status === 404) return null
        throw error
      }
    },
    enabled: () => Boolean(toValue(encounterId)),
    refetchInterval: () => (pending.value ? PENDING_EVERY_MS : undefined),
  })
  watch(query.data, (now) => (pending.value = Boolean(now?.pending)), { immediate: true })
  return query
}

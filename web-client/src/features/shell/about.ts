/** What this installation is: its name, whether it is a demonstration, whom to phone. Asked once. */
import { computed, shallowRef, watch } from 'vue'
import { api, got } from '@/api/client'
import { useQuery } from '@/api/queries'
import type { components } from '@/api/schema'

/** Nobody's in particular: it outlives the change of the person at this device, which empties the cache. */
const known = shallowRef<components['schemas']['AboutView']>()

export function useAbout() {
  const query = useQuery({
    queryKey: ['about'],
    queryFn: () => got(api.GET('/api/about')),
    staleTime: Infinity,
  })
  watch(query.data, (now) => now && (known.value = now), { immediate: true })
  const helpPhone = computed(() => known.value?.help_phone ?? '')
  return { about: computed(() => known.value), helpPhone }
}

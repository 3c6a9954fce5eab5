/** What this installation is: its name, whether it is a demonstration, whom to phone. Asked once. */
import { computed } from 'vue'
import { api, got } from '@/api/client'
import { useQuery } from '@/api/queries'

export function useAbout() {
  const query = useQuery({
    queryKey: ['about'],
    queryFn: () => got(api.GET('/api/about')),
    staleTime: Infinity,
  })
  const helpPhone = computed(() => query.data.value?.help_phone ?? '')
  return { about: query.data, helpPhone }
}

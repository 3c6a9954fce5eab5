/** Keeping a page fresh by every department of an institution: places go in all of them while one looks. */
import { computed, onScopeDispose, watch } from 'vue'
import { api, got } from '@/api/client'
import { refetch, useQuery, type QueryKey } from '@/api/queries'

/** Between two refreshes: a busy morning books several places a second. */
const PAUSE_MS = 1_500

function useDepartments(organisation: () => string | undefined) {
  return useQuery({
    queryKey: () => ['departments', organisation()],
    queryFn: () =>
      got(
        api.GET('/api/organisations/{organisation_id}/departments', {
          params: { path: { organisation_id: organisation() ?? '' } },
        }),
      ),
    enabled: () => Boolean(organisation()),
    staleTime: 5 * 60_000,
  })
}

export function useWatchedDepartments(organisation: () => string | undefined, ...keys: QueryKey[]): void {
  const departments = useDepartments(organisation)
  const topics = computed(() => (departments.data.value ?? []).map((each) => `sessions:${each.id}`).join(' '))
  let timer: number | undefined
  let stops: (() => void)[] = []
  let current = 0
  function told(): void {
    timer ??= window.setTimeout(() => {
      timer = undefined
      refetch(...keys)
    }, PAUSE_MS)
  }
  function leave(): void {
    for (const stop of stops) stop()
    stops = []
  }
  watch(
    topics,
    async (names) => {
      const mine = ++current
      leave()
      if (!names) return
      const line = await import('@/rt/watching')
      if (mine === current) stops = names.split(' ').map((name) => line.topics.watch(name, told))
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    current++
    leave()
    window.clearTimeout(timer)
  })
}

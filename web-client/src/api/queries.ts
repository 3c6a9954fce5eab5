/**
 * The cache of what the server told us. A socket's "changed" makes parts of it stale (rt/topics.ts); a refusal that will
 * not pass by itself is not tried again.
 */
import { QueryClient, type QueryKey } from '@tanstack/vue-query'
import { asProblem } from './problem'

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      gcTime: 10 * 60_000,
      refetchOnReconnect: true,
      retry: (failures, error) => failures < 3 && asProblem(error).passing,
      retryDelay: (failures) => Math.min(500 * 2 ** failures, 8_000),
    },
    mutations: { retry: false },
  },
})

export function refetch(...keys: QueryKey[]): void {
  for (const queryKey of keys) void queries.invalidateQueries({ queryKey })
}

/** Nothing of one person's may be seen by the next one at the same device. */
export function forgetEverything(): void {
  queries.clear()
}

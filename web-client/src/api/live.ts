/**
 * Keeping a page's answers fresh: while the component lives, "changed" of the topic makes these cached answers stale. The
 * socket's code is loaded by the first call.
 */
import { onScopeDispose, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { refetch, type QueryKey } from './queries'

export function useLive(topic: MaybeRefOrGetter<string | undefined>, ...keys: QueryKey[]): void {
  let stop: (() => void) | undefined
  let current = 0
  const watcher = watch(
    () => toValue(topic),
    async (name) => {
      const mine = ++current
      stop?.()
      stop = undefined
      if (!name) return
      const { topics } = await import('@/rt/watching')
      if (mine === current) stop = topics.watch(name, () => refetch(...keys))
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    watcher()
    current++
    stop?.()
  })
}

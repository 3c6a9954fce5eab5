/** The time, moving on while a page stands open, so that "opens at 14:00" becomes a button by itself. */
import { onScopeDispose, ref, type Ref } from 'vue'

export function useNow(everyMs = 20_000): Readonly<Ref<number>> {
  const now = ref(Date.now())
  const timer = window.setInterval(() => (now.value = Date.now()), everyMs)
  onScopeDispose(() => window.clearInterval(timer))
  return now
}

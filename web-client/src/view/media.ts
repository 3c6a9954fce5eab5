/** Whether the window is as a media query says, while the component lives. */
import { onScopeDispose, readonly, ref, type Ref } from 'vue'

export function useMedia(query: string): Readonly<Ref<boolean>> {
  const list = matchMedia(query)
  const holds = ref(list.matches)
  const told = () => (holds.value = list.matches)
  list.addEventListener('change', told)
  onScopeDispose(() => list.removeEventListener('change', told))
  return readonly(holds)
}

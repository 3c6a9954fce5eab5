/** The second picture of a meeting as its page draws it: whose it is, what it is called, and this page's own. */
import { computed, onScopeDispose, shallowRef, type Ref } from 'vue'
import { SecondPicture, type SecondView } from '@/call/second'
import type { Call, CallView } from '@/call/session'
import { t } from '@/i18n/words/meeting'
import { line } from '@/rt'

export function useSecond(call: Call, view: Ref<CallView>) {
  const own = shallowRef<SecondView>({ showing: undefined, problem: undefined })
  const second = new SecondPicture({ call, line, told: (now) => (own.value = now) })
  onScopeDispose(() => second.close())

  const room = computed(() => view.value.room)
  const shown = computed(() => room.value?.second ?? null)
  const mine = computed(() => shown.value !== null && shown.value.by === room.value?.seat)
  const by = computed(() => room.value?.people.find((one) => one.seat === shown.value?.by)?.name ?? '')
  const label = computed(() => {
    const { source } = shown.value ?? {}
    if (!source) return ''
    return mine.value ? t(`second.mine.${source}`) : t(`second.of.${source}`, { name: by.value })
  })
  /** What to draw: nothing of one's own screen, which would show itself in itself. */
  const stream = computed(() => {
    const { showing } = own.value
    if (showing) return showing.source === 'camera' ? new MediaStream([showing.track]) : undefined
    return shown.value ? view.value.streams.get(shown.value.seat) : undefined
  })
  const mayShow = computed(
    () => (room.value?.grants.includes('publish') ?? false) && room.value?.mediaStopped === null,
  )
  const mayStop = computed(() => mine.value || (room.value?.grants.includes('moderate') ?? false))
  const stop = () => (own.value.showing ? second.stop() : second.hide())
  return { second, own, shown, mine, by, label, stream, mayShow, mayStop, stop }
}

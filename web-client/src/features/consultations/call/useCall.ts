/** A call inside a Vue page: its view as a ref, the time it has lasted, and its end when the page goes. */
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { Call, type CallView } from '@/call/session'
import { inCall } from '@/call/machine'
import { line } from '@/rt'

export function useCall(ticket: () => Promise<string>) {
  line.open()
  const call = new Call({ line, ticket: async () => (await lineReady(), ticket()) })
  const view = shallowRef<CallView>(call.view)
  const now = ref(Date.now())
  const startedAt = ref<number>()
  const stop = call.subscribe((next) => {
    view.value = next
    if (startedAt.value === undefined && inCall(next.state)) startedAt.value = Date.now()
  })
  const timer = window.setInterval(() => (now.value = Date.now()), 1000)
  const seconds = computed(() => (startedAt.value === undefined ? 0 : (now.value - startedAt.value) / 1000))
  const me = computed(() => view.value.room?.people.find((one) => one.seat === view.value.room?.seat))
  const others = computed(() =>
    (view.value.room?.people ?? []).filter((one) => one.seat !== view.value.room?.seat),
  )

  onScopeDispose(() => {
    window.clearInterval(timer)
    stop()
    void call.leave()
  })
  return { call, view, seconds, me, others }
}

/** Waits until the socket stands; entering before would only be refused. */
function lineReady(): Promise<void> {
  if (line.state === 'on') return Promise.resolve()
  return new Promise((resolve) => {
    const stop = line.onState((state) => {
      if (state !== 'on') return
      stop()
      resolve()
    })
  })
}

/** Why one is out of the room, in words, and whether there is a way back. */
import { ref } from 'vue'
import type { EndReason } from '@/call/machine'

export interface Ended {
  reason: EndReason
  why: string | undefined
}
const NO_WAY_BACK: ReadonlySet<EndReason> = new Set(['closed', 'signed-out'])

export function useMeetingEnd() {
  const inside = ref(false)
  const ended = ref<Ended>()
  return {
    inside,
    ended,
    enter: () => {
      ended.value = undefined
      inside.value = true
    },
    left: (reason: EndReason, why: string | undefined) => {
      inside.value = false
      ended.value = { reason, why }
    },
    mayReturn: (reason: EndReason) => !NO_WAY_BACK.has(reason),
  }
}

/** What is left of a place held until an instant of the server's clock: devices' clocks are wrong by minutes. */
import { onScopeDispose, ref, type Ref } from 'vue'

/** How far the server's clock is ahead of this device's, as its latest answer said. */
let ahead = 0

export function noteTime(response: Response, now: number = Date.now()): void {
  const told = Date.parse(response.headers.get('Date') ?? '')
  // The header has whole seconds: half a second is the best guess of the rest.
  if (!Number.isNaN(told)) ahead = told + 500 - now
}

export const serverNow = (): number => Date.now() + ahead

/** Whole seconds until then, never below 0. */
export function secondsLeft(until: string, now: number = serverNow()): number {
  return Math.max(0, Math.floor((Date.parse(until) - now) / 1000))
}

/** The server's time, second by second. */
export function useServerTime(): Readonly<Ref<number>> {
  const now = ref(serverNow())
  const tick = () => (now.value = serverNow())
  const timer = window.setInterval(tick, 1000)
  // A phone that slept shows the truth at once when it wakes.
  document.addEventListener('visibilitychange', tick)
  onScopeDispose(() => {
    window.clearInterval(timer)
    document.removeEventListener('visibilitychange', tick)
  })
  return now
}

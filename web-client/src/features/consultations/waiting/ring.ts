/** Ringing: sound, vibration and the window's title, until it is answered; and a screen that stays awake meanwhile. */
import { onScopeDispose, watchEffect } from 'vue'
import { playTone } from '@/call/devicecheck'

const EVERY_MS = 2_500

export function useRing(on: () => boolean, title: () => string): void {
  let timer: number | undefined
  const before = document.title

  function once(): void {
    // Without an earlier tap the browser keeps the sound back; the words on the page are there anyway.
    void playTone().catch(() => undefined)
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([400, 200, 400])
    document.title = title()
  }
  function stop(): void {
    window.clearInterval(timer)
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(0)
    document.title = before
  }
  watchEffect(() => {
    stop()
    if (!on()) return
    once()
    timer = window.setInterval(once, EVERY_MS)
  })
  onScopeDispose(stop)
}

/** Keeps the screen on while the page is seen, where the browser can: a dark phone does not ring in time. */
export function useAwake(): void {
  let lock: WakeLockSentinel | undefined
  let gone = false
  async function ask(): Promise<void> {
    if (document.visibilityState !== 'visible' || gone) return
    try {
      lock = await navigator.wakeLock?.request('screen')
    } catch {
      // A low battery may refuse it.
    }
  }
  void ask()
  document.addEventListener('visibilitychange', ask)
  onScopeDispose(() => {
    gone = true
    document.removeEventListener('visibilitychange', ask)
    void lock?.release().catch(() => undefined)
  })
}

/** Time for the call: real in the page, turned by hand in tests. */
import { wallClock, type Clock } from '@/rt/throttle'

export type { Clock }
export { wallClock }

/** Runs something again and again until the returned function is called. */
export function every(clock: Clock, ms: number, run: () => void): () => void {
  let stop: () => void = () => undefined
  let stopped = false
  const turn = () => {
    if (stopped) return
    run()
    if (!stopped) stop = clock.after(ms, turn)
  }
  stop = clock.after(ms, turn)
  return () => {
    stopped = true
    stop()
  }
}

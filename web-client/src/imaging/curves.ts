/**
 * The curves that a file brings along (VOI LUT, PS3.3 C.11.2.1.1): grey for each value, where no centre and width says it.
 * The server tells them in grey of 8 bits, by the places at which it changes.
 */
import type { Window } from './study'

export interface CurveView {
  name: string
  /** The value that the first grey belongs to, in the picture's unit. */
  first: number
  count: number
  /** The window most like it. */
  window: Window
  /** Place from `first`, grey from there on. */
  steps: readonly (readonly [at: number, level: number])[]
}

export interface Curve {
  readonly name: string
  readonly window: Window
  /** Alike for curves that show everything alike. */
  readonly key: string
  /** Grey, 0 to 255. */
  level(value: number): number
}

const made = new WeakMap<CurveView, Curve>()

export function curveOf(view: CurveView): Curve {
  const known = made.get(view)
  if (known) return known
  const { first, count, steps, name, window } = view
  const levels = new Uint8Array(count)
  for (const [at, level] of steps) levels.fill(level, at)
  const last = count - 1
  const curve: Curve = {
    name,
    window,
    key: `${first}/${count}/${steps.join()}`,
    level: (value) => levels[Math.min(last, Math.max(0, Math.round(value) - first))] as number,
  }
  made.set(view, curve)
  return curve
}

/**
 * A mark while it is being made. Pure: presses, drags and releases in image pixels give the points so far and, at the end, a
 * mark. A line is drawn by pulling; the third point of an angle by a second pull or tap.
 */
import { POINTS } from './measure'
import type { MarkKind, Point } from './sharing'

export interface Draft {
  readonly kind: MarkKind
  readonly points: readonly Point[]
  /** Points that stand; the one after them follows the pointer. */
  readonly fixed: number
}

export const begun = (kind: MarkKind, at: Point): Draft => ({
  kind,
  points: POINTS[kind] === 1 ? [at] : [at, at],
  fixed: 1,
})

/** The pointer is here now. */
export function pulled(draft: Draft, to: Point): Draft {
  if (draft.points.length === 1) return { ...draft, points: [to] }
  return { ...draft, points: [...draft.points.slice(0, draft.fixed), to] }
}

/** Pressed again: the next point begins here. */
export const pressedAgain = (draft: Draft, at: Point): Draft => pulled(draft, at)

/** The pointer was let go here. */
export function released(draft: Draft, at: Point): Draft {
  const now = pulled(draft, at)
  return { ...now, fixed: now.points.length }
}

export const complete = (draft: Draft): boolean => draft.fixed >= POINTS[draft.kind]

const LEAST_PULL = 1.5

/** A tap where a pull was meant makes no mark. */
export function worthKeeping(draft: Draft): boolean {
  const [a, b] = draft.points
  if (!a || POINTS[draft.kind] === 1) return Boolean(a)
  return Boolean(b) && Math.hypot((b as Point)[0] - a[0], (b as Point)[1] - a[1]) >= LEAST_PULL
}

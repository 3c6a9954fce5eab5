/** Experts and a time for one request, as the dispatcher puts them together. Pure. */
import type { Candidate, Request } from '../contract'

export interface Chosen {
  id: string
  lead: boolean
}

/** Adds or takes away; the first one leads, and of those who are left somebody always does. */
export function toggled(chosen: readonly Chosen[], id: string): Chosen[] {
  const has = chosen.some((one) => one.id === id)
  const next = has ? chosen.filter((one) => one.id !== id) : [...chosen, { id, lead: chosen.length === 0 }]
  const [first] = next
  if (first && !next.some((one) => one.lead)) return [{ ...first, lead: true }, ...next.slice(1)]
  return next
}

export const leading = (chosen: readonly Chosen[], id: string): Chosen[] =>
  chosen.map((one) => ({ ...one, lead: one.id === id }))

/** Those who may, the least loaded first, then who is free soonest; the others behind with their reasons. */
export function inOrder(candidates: readonly Candidate[]): Candidate[] {
  const free = (one: Candidate) => one.next_free[0] ?? '9'
  return [...candidates].sort(
    (a, b) =>
      Number(a.refusal !== null) - Number(b.refusal !== null) ||
      a.load - b.load ||
      free(a).localeCompare(free(b)),
  )
}

/** Whether an instant lies in one of the times the requester asked for; at once fits always. */
export function suits(request: Pick<Request, 'asap' | 'times'>, startsAt: string): boolean {
  const at = Date.parse(startsAt)
  return request.asap || request.times.some((one) => Date.parse(one.from) <= at && at < Date.parse(one.to))
}

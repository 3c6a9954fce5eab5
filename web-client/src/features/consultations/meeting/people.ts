/** Who is where in a meeting, for its lists. Pure. */
import type { Attendee } from './contract'

export interface Groups {
  knocking: Attendee[]
  inside: Attendee[]
  expected: Attendee[]
}

const INSIDE: ReadonlySet<string> = new Set(['admitted', 'in', 'away'])

export function grouped(people: readonly Attendee[]): Groups {
  const of = (holds: (one: Attendee) => boolean) => people.filter(holds)
  return {
    knocking: of((one) => one.state === 'knocking'),
    inside: of((one) => INSIDE.has(one.state)),
    expected: of((one) => one.state === 'invited' || one.state === 'left'),
  }
}

/** Links that somebody tried to open in a second browser, which the host is told once for each. */
export function triedTwice(people: readonly Attendee[], seen: ReadonlySet<string>): Attendee[] {
  return people.filter((one) => one.second_browser_at && !seen.has(`${one.id} ${one.second_browser_at}`))
}

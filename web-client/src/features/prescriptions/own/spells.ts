/** The medication calendar as people read it: days on which nothing changes are told once, doses by the time of day. */
import type { Medications } from './own'

type Day = Medications['days'][number]
type Dose = Day['doses'][number]
export interface Spell {
  first: string
  last: string
  moments: { when: Dose['when']; doses: Dose[] }[]
}

const sameAs = (day: Day) =>
  JSON.stringify(day.doses.map(({ when, item_id, dose, note }) => [when, item_id, dose, note]))

/** Today alone, then each run of days with the same doses; days with nothing to take only part the runs. */
export function spellsOf(days: readonly Day[]): Spell[] {
  const spells: Spell[] = []
  let before = ''
  for (const [place, day] of days.entries()) {
    const same = sameAs(day)
    const run = place > 1 && same === before ? spells.at(-1) : undefined
    before = same
    if (!day.doses.length) continue
    if (run) run.last = day.day
    else spells.push({ first: day.day, last: day.day, moments: momentsOf(day.doses) })
  }
  return spells
}

function momentsOf(doses: readonly Dose[]): Spell['moments'] {
  const moments = new Map<Dose['when'], Dose[]>()
  for (const dose of doses) moments.set(dose.when, [...(moments.get(dose.when) ?? []), dose])
  return [...moments].map(([when, taken]) => ({ when, doses: taken }))
}

/** Templates as a grid: a row for each doctor and department, a column for each weekday. Pure. */
import type { Template } from './contract'
import type { RosterRow } from '../roster'
import { cut } from '../week'
import { clock } from './spans'

export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const

export interface Who {
  id: string
  name: string
  title_zh: string
  department_id: string
  department: string
}
export interface TemplateRow extends RosterRow<Template> {
  who: Who
}

/** Every doctor has a row, also without a template: an empty cell is the way to the first one. */
export function templateGrid(templates: readonly Template[], doctors: readonly Who[]): TemplateRow[] {
  const people = new Map<string, Who>()
  for (const one of doctors) people.set(`${one.id}.${one.department_id}`, one)
  for (const { doctor, department_id, department } of templates) {
    const key = `${doctor.id}.${department_id}`
    if (!people.has(key)) people.set(key, { ...doctor, department_id, department })
  }
  return [...people]
    .sort(
      ([, a], [, b]) => a.department.localeCompare(b.department, 'zh') || a.name.localeCompare(b.name, 'zh'),
    )
    .map(([key, who]) => ({
      key,
      who,
      first: true,
      cells: WEEKDAYS.map((weekday) =>
        templates
          .filter(
            (one) =>
              one.doctor.id === who.id && one.department_id === who.department_id && one.weekday === weekday,
          )
          .sort((a, b) => a.starts_at.localeCompare(b.starts_at)),
      ),
    }))
}

export function sizeOf(one: Pick<Template, 'starts_at' | 'ends_at' | 'slot_minutes' | 'slot_capacity'>) {
  return cut(clock(one.starts_at), clock(one.ends_at), one.slot_minutes, one.slot_capacity)
}

/** Whether a template makes sessions on a day. */
export function stateOn(
  one: Pick<Template, 'valid_from' | 'valid_until'>,
  day: string,
): 'now' | 'later' | 'over' {
  if (one.valid_until && one.valid_until < day) return 'over'
  return one.valid_from > day ? 'later' : 'now'
}

/** A note in words, field by field, and where two notes differ. */
import { VITALS, type Note } from './note'
import { clauses } from '@/i18n/lists'
import { dateAndWeekday } from '@/i18n/when'
import { t } from '@/i18n/words/note'

export const FIELDS = [
  'chief_complaint',
  'history',
  'past_history',
  'allergies',
  'vitals',
  'diagnoses',
  'plan',
  'disposition',
  'next_visit',
] as const
export type FieldName = (typeof FIELDS)[number]

function vitalsOf(note: Note): string {
  const { systolic_mmhg: high, diastolic_mmhg: low } = note.vitals
  const pressure = high || low ? [`${t('vital.pressure')} ${high}/${low} ${t('unit.systolic_mmhg')}`] : []
  const rest = VITALS.filter(
    ({ key }) => !['systolic_mmhg', 'diastolic_mmhg'].includes(key) && note.vitals[key],
  ).map(({ key }) => `${t(`vital.${key}`)} ${note.vitals[key]} ${t(`unit.${key}`)}`)
  return clauses([...pressure, ...rest])
}

/** What stands in a field, as one reads it. */
export function wordsOf(note: Note, field: FieldName): string {
  switch (field) {
    case 'vitals':
      return vitalsOf(note)
    case 'diagnoses':
      return note.diagnoses.map((one) => `${one.icd10} ${one.name}`).join('\n')
    case 'disposition':
      return note.disposition ? t(note.disposition) : ''
    case 'next_visit':
      return [note.next_visit && dateAndWeekday(note.next_visit), note.next_visit_advice]
        .filter(Boolean)
        .join(' ')
    default:
      return note[field]
  }
}

export interface Difference {
  field: FieldName
  label: string
  mine: string
  theirs: string
}

export function differences(mine: Note, theirs: Note): Difference[] {
  return FIELDS.map((field) => ({
    field,
    label: t(field),
    mine: wordsOf(mine, field),
    theirs: wordsOf(theirs, field),
  })).filter((row) => row.mine.trim() !== row.theirs.trim())
}

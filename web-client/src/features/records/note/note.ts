/**
 * A note while it is written: text in every field, as people type it, and what it becomes for the server. What a signature
 * still needs is said here first, so that the button can name it; the server decides.
 */
import type { components } from '@/api/schema'

export type NoteContent = components['schemas']['NoteContent']
export type Diagnosis = components['schemas']['Diagnosis']
export type Disposition = components['schemas']['Disposition']

export const VITALS = [
  { key: 'systolic_mmhg', min: 40, max: 300, step: 1 },
  { key: 'diastolic_mmhg', min: 20, max: 200, step: 1 },
  { key: 'heart_rate_bpm', min: 20, max: 300, step: 1 },
  { key: 'glucose_mmol_l', min: 0.5, max: 60, step: 0.1 },
  { key: 'weight_kg', min: 0.5, max: 400, step: 0.1 },
  { key: 'temperature_c', min: 30, max: 45, step: 0.1 },
  { key: 'spo2_percent', min: 50, max: 100, step: 1 },
  { key: 'height_cm', min: 20, max: 260, step: 0.1 },
] as const
export type VitalKey = (typeof VITALS)[number]['key']
export const DISPOSITIONS = ['home_care', 'follow_up', 'offline_visit', 'referral', 'emergency'] as const

export interface Note {
  chief_complaint: string
  history: string
  past_history: string
  allergies: string
  vitals: Record<VitalKey, string>
  diagnoses: { icd10: string; name: string; remark: string }[]
  plan: string
  disposition: Disposition | undefined
  next_visit: string
  next_visit_advice: string
}

export function blank(): Note {
  return {
    chief_complaint: '',
    history: '',
    past_history: '',
    allergies: '',
    vitals: Object.fromEntries(VITALS.map(({ key }) => [key, ''])) as Record<VitalKey, string>,
    diagnoses: [],
    plan: '',
    disposition: undefined,
    next_visit: '',
    next_visit_advice: '',
  }
}

export function fromContent(content: NoteContent): Note {
  const note = blank()
  for (const key of [
    'chief_complaint',
    'history',
    'past_history',
    'allergies',
    'plan',
    'next_visit_advice',
  ] as const)
    note[key] = content[key] ?? ''
  for (const { key } of VITALS) note.vitals[key] = content.vitals?.[key]?.toString() ?? ''
  note.diagnoses = (content.diagnoses ?? []).map(({ icd10, name, remark }) => ({
    icd10,
    name: name ?? '',
    remark: remark ?? '',
  }))
  note.disposition = content.disposition ?? undefined
  note.next_visit = content.next_visit ?? ''
  return note
}

/** A number as it is typed here, with either decimal point; undefined when it is none. */
export function numberOf(text: string): number | undefined {
  const plain = text.trim().replace('．', '.').replace(',', '.')
  return /^\d+(\.\d+)?$/.test(plain) ? Number(plain) : undefined
}

/** The vitals that cannot be what was meant. */
export function badVitals(note: Note): VitalKey[] {
  return VITALS.filter(({ key, min, max, step }) => {
    const text = note.vitals[key].trim()
    if (!text) return false
    const value = numberOf(text)
    return value === undefined || value < min || value > max || (step === 1 && !Number.isInteger(value))
  }).map(({ key }) => key)
}

/** What the server keeps; a value that cannot be meant is left out until it is corrected. */
export function toContent(note: Note): NoteContent {
  const bad = new Set(badVitals(note))
  const vitals = Object.fromEntries(
    VITALS.filter(({ key }) => note.vitals[key].trim() && !bad.has(key)).map(({ key }) => [
      key,
      numberOf(note.vitals[key]),
    ]),
  )
  return {
    chief_complaint: note.chief_complaint.trim(),
    history: note.history.trim(),
    past_history: note.past_history.trim(),
    allergies: note.allergies.trim(),
    vitals,
    diagnoses: note.diagnoses,
    plan: note.plan.trim(),
    disposition: note.disposition ?? null,
    next_visit: note.next_visit || null,
    next_visit_advice: note.next_visit_advice.trim(),
  }
}

export type Missing =
  'chief_complaint' | 'history' | 'diagnoses' | 'plan' | 'disposition' | 'vitals' | 'next_visit'

/** What keeps this note from being signed, in the order of the form. */
export function missingIn(note: Note): Missing[] {
  const found: Missing[] = []
  if (!note.chief_complaint.trim()) found.push('chief_complaint')
  if (!note.history.trim()) found.push('history')
  const halfPressure = !note.vitals.systolic_mmhg.trim() !== !note.vitals.diastolic_mmhg.trim()
  if (halfPressure || badVitals(note).length) found.push('vitals')
  if (!note.diagnoses.length) found.push('diagnoses')
  if (!note.plan.trim()) found.push('plan')
  if (!note.disposition) found.push('disposition')
  return found
}

const NONE = /^(无|没有|否认|无已知过敏|否认.*过敏.*|none|no known.*|nil)[。.]?$/i

/** Allergies for the band: null when nobody has written any down, [] when there are none. */
export function allergiesOf(text: string | undefined): string[] | null {
  const plain = (text ?? '').trim()
  if (!plain) return null
  if (NONE.test(plain)) return []
  return plain
    .split(/[、，,；;\n]/)
    .map((part) => part.trim())
    .filter(Boolean)
}

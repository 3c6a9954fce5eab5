/**
 * Danger signs, from the server's list of symptoms to the questions of one page and back to answers. Pure. Which signs
 * there are and what they lead to is the server's.
 */
import type { components } from '@/api/schema'

export type Symptom = components['schemas']['SymptomView']
export type Answer = components['schemas']['SymptomAnswer']

/** The line of the list for everybody, whatever the complaint. */
const FOR_EVERYBODY = 'unknown'

export interface Sign {
  key: string
  label: string
  symptomId: string
  /** Position among the symptom's red flags; undefined: the symptom itself is one. */
  flag: number | undefined
}

export function signsOf(symptom: Symptom): Sign[] {
  return symptom.red_flags.map((label, flag) => ({
    key: `${symptom.id}.${flag}`,
    label,
    symptomId: symptom.id,
    flag,
  }))
}

/** An emergency by itself: asked of everybody, not chosen as a complaint. */
function isGrave(symptom: Symptom): boolean {
  return symptom.any_is_flag && symptom.action === 'call_120'
}

/** What everybody is asked: the general signs, and symptoms that are an emergency by themselves. */
export function generalSigns(symptoms: readonly Symptom[]): Sign[] {
  const general = symptoms.filter((one) => one.id === FOR_EVERYBODY).flatMap(signsOf)
  const grave = symptoms
    .filter(isGrave)
    .map((one) => ({ key: one.id, label: one.name, symptomId: one.id, flag: undefined }))
  return [...general, ...grave]
}

/** Symptoms to choose among: the visit's department first, then all the others. */
export function choosable(
  symptoms: readonly Symptom[],
  department: string,
): { near: Symptom[]; rest: Symptom[] } {
  const open = symptoms.filter((one) => one.id !== FOR_EVERYBODY && !isGrave(one))
  const isNear = (one: Symptom) => [one.department, one.department_en].includes(department)
  return { near: open.filter(isNear), rest: open.filter((one) => !isNear(one)) }
}

/** Answers as the server takes them: every chosen symptom, with its signs that are ticked. */
export function answersOf(chosen: readonly string[], ticked: readonly Sign[]): Answer[] {
  const flags = new Map<string, number[]>(chosen.map((id) => [id, []]))
  for (const sign of ticked) {
    const known = flags.get(sign.symptomId) ?? []
    if (sign.flag !== undefined) known.push(sign.flag)
    flags.set(sign.symptomId, known)
  }
  return [...flags].map(([symptom_id, red_flags]) => ({
    symptom_id,
    red_flags: red_flags.sort((a, b) => a - b),
  }))
}

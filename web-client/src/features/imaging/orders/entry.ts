/** An order while it is written: what is chosen, what still lacks, what is sent. Pure. */
export interface Entry {
  modality: string
  procedure: string
  urgency: 'ordinary' | 'emergency'
  reason: string
  diagnosis: { icd10: string; name: string; remark: string }[]
  warnings: string
  refusal: { code: string; text: string }
}

export const emptyEntry = (): Entry => ({
  modality: '',
  procedure: '',
  urgency: 'ordinary',
  reason: '',
  diagnosis: [],
  warnings: '',
  refusal: { code: '', text: '' },
})

export type Lack = 'patient' | 'procedure' | 'reason' | 'refusal'

/** What keeps it from being ordered, in the order of the page; `offered`: valid results are shown. */
export function lacks(entry: Entry, patient: boolean, offered: boolean): Lack[] {
  return [
    ...(patient ? [] : (['patient'] as const)),
    ...(entry.procedure ? [] : (['procedure'] as const)),
    ...(entry.reason.trim().length >= 2 ? [] : (['reason'] as const)),
    ...(offered && !entry.refusal.code ? (['refusal'] as const) : []),
  ]
}

/** The body of the order. A reason not to accept is sent only where a result was offered. */
export function bodyOf(entry: Entry, patient_id: string, offered: boolean) {
  return {
    patient_id,
    procedure_code: entry.procedure,
    urgency: entry.urgency,
    reason: entry.reason.trim(),
    diagnosis: entry.diagnosis.map((one) => ({ code: one.icd10, name: one.name })),
    allergies: entry.warnings.trim(),
    not_recognised: offered ? { code: entry.refusal.code, text: entry.refusal.text.trim() } : null,
  }
}

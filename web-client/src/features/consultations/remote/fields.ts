/** The request as its form has it: what is sent, what B48 still lacks, and in which words. Pure. */
import type { Diagnosis, Mode, Partner, Request, Span, Urgency } from './contract'

export interface Form {
  urgency: Urgency
  mode: Mode
  agreement_id: string
  department_id: string
  title_wanted: string
  reason: string
  purpose: string
  summary: string
  diagnosis: Diagnosis[]
  asap: boolean
  times: Span[]
  patient_present: boolean
}

export function blank(): Form {
  return {
    urgency: 'ordinary',
    mode: 'video',
    agreement_id: '',
    department_id: '',
    title_wanted: '',
    reason: '',
    purpose: '',
    summary: '',
    diagnosis: [],
    asap: true,
    times: [],
    patient_present: true,
  }
}

const instant = (iso: string): string => new Date(iso).toISOString()

export function fromRequest(request: Request): Form {
  return {
    urgency: request.urgency,
    mode: request.mode,
    agreement_id: request.agreement_id ?? '',
    department_id: request.department?.id ?? '',
    title_wanted: request.title_wanted,
    reason: request.reason,
    purpose: request.purpose,
    summary: request.summary,
    diagnosis: request.diagnosis.map(({ code, name }) => ({ code, name })),
    asap: request.asap,
    times: request.times.map((one) => ({ from: instant(one.from), to: instant(one.to) })),
    patient_present: request.patient_present,
  }
}

/** The body of a save; what is not chosen is null. */
export function toBody(form: Form) {
  return {
    ...form,
    agreement_id: form.agreement_id || null,
    department_id: form.department_id || null,
    diagnosis: form.diagnosis.map(({ code, name }) => ({ code, name })),
    times: form.asap ? [] : form.times.filter((one) => one.from && one.to),
  }
}

/** As the server keeps it: two forms that are spelt alike need no saving. */
export const spelt = (form: Form): string =>
  JSON.stringify(toBody(form), (_, value: unknown) => (typeof value === 'string' ? value.trim() : value))

export const NEEDED = [
  'agreement_id',
  'department_id',
  'title_wanted',
  'reason',
  'purpose',
  'times',
  'summary',
  'consent',
] as const
/** "见附件" is no summary. */
export const SUMMARY_LEAST = 10
export type Need = (typeof NEEDED)[number]

/** What B48 and B47 still lack, by what stands in the form now: the server says the same a moment later. */
export function lacking(form: Form, consented: boolean): Need[] {
  const there: Record<Need, boolean> = {
    agreement_id: form.agreement_id !== '',
    department_id: form.department_id !== '',
    title_wanted: form.title_wanted !== '',
    reason: form.reason.trim() !== '',
    purpose: form.purpose.trim() !== '',
    summary: form.summary.trim().length >= SUMMARY_LEAST,
    times:
      form.asap ||
      form.mode === 'offline' ||
      form.times.some((one) => one.from && one.to && one.from < one.to),
    consent: consented,
  }
  return NEEDED.filter((need) => !there[need])
}

/** Whom to ask when there is no choice to make: the only partner, its only department. */
export function settled(form: Form, partners: readonly Partner[]): Partial<Form> {
  const change: Partial<Form> = {}
  const [only] = partners
  if (!form.agreement_id && only && partners.length === 1) change.agreement_id = only.agreement_id
  const partner = partners.find((one) => one.agreement_id === (change.agreement_id ?? form.agreement_id))
  if (!partner) return change
  const ids = partner.departments.map((one) => one.id)
  if (!ids.includes(form.department_id)) change.department_id = ids.length === 1 ? (ids[0] ?? '') : ''
  return change
}

/** What a consultation of this kind costs by the agreement, in fen; null where it says nothing. */
export const priceOf = (partner: Partner | undefined, mode: Mode): number | null =>
  partner?.prices[mode] ?? null

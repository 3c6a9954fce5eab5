/** The form of a new agreement: what stands in it, what is wrong with it, what is sent. Pure. */
import { fenOf, type NewAgreement } from './agreements'

export interface Form {
  requester_kind: 'organisation' | 'alliance'
  requester_id: string
  consultation: boolean
  imaging: boolean
  valid_from: string
  valid_until: string
  specialties: string[]
  urgent_answer_min: string
  ordinary_answer_h: string
  report_h: string
  imaging_emergency_min: string
  imaging_ordinary_h: string
  video: string
  offline: string
  head_id: string
  reading_id: string
}

export const HOURS = { from: 1, to: 240 }
export const MINUTES = { from: 1, to: 1440 }
const MODALITIES = ['CT', 'DX', 'CR', 'MR', 'US', 'MG'] as const

/** The usual times of the regulation, for a year from `today` (2026-11-22). */
export function blank(today: string): Form {
  const next = `${Number(today.slice(0, 4)) + 1}${today.slice(4)}`.replace(/-02-29$/, '-02-28')
  return {
    requester_kind: 'alliance',
    requester_id: '',
    consultation: true,
    imaging: false,
    valid_from: today,
    valid_until: next,
    specialties: [],
    urgent_answer_min: '10',
    ordinary_answer_h: '24',
    report_h: '24',
    imaging_emergency_min: '30',
    imaging_ordinary_h: '24',
    video: '',
    offline: '',
    head_id: '',
    reading_id: '',
  }
}

const isWhole = (text: string, { from, to }: typeof HOURS): boolean =>
  /^\d{1,4}$/.test(text.trim()) && Number(text) >= from && Number(text) <= to

export type Field = keyof Form | 'scope'

/** The fields that cannot be sent as they stand. */
export function wrongOf(form: Form): Set<Field> {
  const wrong = new Set<Field>()
  if (!form.requester_id) wrong.add('requester_id')
  if (!form.consultation && !form.imaging) wrong.add('scope')
  for (const name of ['urgent_answer_min', 'imaging_emergency_min'] as const)
    if (!isWhole(form[name], MINUTES)) wrong.add(name)
  for (const name of ['ordinary_answer_h', 'report_h', 'imaging_ordinary_h'] as const)
    if (!isWhole(form[name], HOURS)) wrong.add(name)
  for (const name of ['video', 'offline'] as const)
    if (form[name].trim() && fenOf(form[name]) === undefined) wrong.add(name)
  return wrong
}

export function toBody(form: Form, server_id: string): NewAgreement {
  const scope: NewAgreement['scope'] = []
  if (form.consultation) scope.push('consultation')
  if (form.imaging) scope.push('imaging')
  const prices: Record<string, number> = {}
  for (const mode of ['video', 'offline'] as const) {
    const fen = fenOf(form[mode])
    if (form.consultation && fen !== undefined) prices[mode] = fen
  }
  const reads = form.imaging && form.reading_id
  return {
    requester_kind: form.requester_kind,
    requester_id: form.requester_id,
    server_id,
    scope,
    valid_from: form.valid_from,
    valid_until: form.valid_until,
    specialties: form.specialties,
    urgent_answer_min: Number(form.urgent_answer_min),
    ordinary_answer_h: Number(form.ordinary_answer_h),
    report_h: Number(form.report_h),
    imaging_emergency_min: Number(form.imaging_emergency_min),
    imaging_ordinary_h: Number(form.imaging_ordinary_h),
    prices,
    routing: reads ? Object.fromEntries(MODALITIES.map((each) => [each, form.reading_id])) : {},
    head_id: form.head_id || null,
  }
}

/** What the server says about requests for a remote consultation, under the names that pages use. */

export type Status =
  | 'draft'
  | 'consented'
  | 'submitted'
  | 'returned'
  | 'declined'
  | 'accepted'
  | 'scheduled'
  | 'in_session'
  | 'reporting'
  | 'signed'
  | 'delivered'
  | 'closed'
  | 'cancelled'
export type Urgency = 'emergency' | 'urgent' | 'ordinary'
export type Mode = 'video' | 'offline'
export type Box = 'mine' | 'incoming' | 'assigned' | 'all'
export type MaterialKind = 'document' | 'photo' | 'ecg' | 'dicom'

export interface Named {
  id: string
  name: string
}
export interface Patient extends Named {
  sex: 'male' | 'female' | 'unknown'
  age: number | null
  /** null: nobody has asked. */
  allergies: string[] | null
}
export interface Diagnosis {
  code: string
  name: string
}
export interface Span {
  from: string
  to: string
}
export interface Reason {
  code: string
  text: string
}
export interface Material {
  id: string
  upload_id: string | null
  attachment_id: string | null
  study_id: string | null
  kind: MaterialKind
  name: string
  size: number
  received: number
  state: 'waiting' | 'uploading' | 'done' | 'failed'
}
export interface Expert extends Named {
  title: string
  organisation: string
  department: string
  lead: boolean
  state: string
}
export interface Consent {
  id: string
  version: string
  signed_at: string
  by: 'patient' | 'guardian' | 'relative'
  relation: string | null
}
export interface Step {
  at: string
  verb: string
  status: string
  by: string | null
  organisation: string | null
  code: string | null
  text: string
}
export interface Request {
  id: string
  number: string
  status: Status
  urgency: Urgency
  mode: Mode
  patient: Patient
  requester: Named
  from_organisation: Named
  to_organisation: Named | null
  agreement_id: string | null
  encounter_id: string | null
  department: Named | null
  title_wanted: string
  title_name: string
  reason: string
  purpose: string
  summary: string
  diagnosis: Diagnosis[]
  times: Span[]
  asap: boolean
  patient_present: boolean
  consent: Consent | null
  materials: Material[]
  study_ids: string[]
  experts: Expert[]
  meeting: { id: string; starts_at: string; state: 'planned' | 'open' | 'ended' } | null
  submitted_at: string | null
  answer_due_at: string | null
  report_due_at: string | null
  overdue: boolean
  escalation: number
  changed_at: string
  price_fen: number | null
  return: Reason | null
  decline: Reason | null
  cancel: Reason | null
  used: { used: Used; text: string } | null
  missing: string[]
  may: string[]
  version: number
}
export type Used = 'adopted' | 'partly' | 'not'

/** One line of a list. */
export type Row = Pick<
  Request,
  | 'id'
  | 'number'
  | 'status'
  | 'urgency'
  | 'mode'
  | 'patient'
  | 'from_organisation'
  | 'to_organisation'
  | 'department'
  | 'reason'
  | 'experts'
  | 'meeting'
  | 'submitted_at'
  | 'answer_due_at'
  | 'report_due_at'
  | 'overdue'
  | 'escalation'
  | 'changed_at'
  | 'asap'
  | 'times'
  | 'may'
  | 'requester'
  | 'version'
>

export interface Candidate extends Named {
  title: string
  department: string
  organisation: Named
  fits_title: boolean
  load: number
  next_free: string[]
  refusal: { code: string; title: string } | null
}
export interface Partner {
  agreement_id: string
  server: Named
  departments: Named[]
  titles: { code: string; name: string }[]
  urgent_answer_min: number
  ordinary_answer_h: number
  report_h: number
  prices: Record<string, number>
}

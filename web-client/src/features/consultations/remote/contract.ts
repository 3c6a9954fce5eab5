/** What the server says about requests for a remote consultation, under the names that pages use; its codes as they are known here. */
import type { components } from '@/api/schema'

type Schemas = components['schemas']
/** A view whose codes are spelt out. */
type Known<View, Codes> = Omit<View, keyof Codes> & Codes

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
export type Used = 'adopted' | 'partly' | 'not'

export type Named = Schemas['RemoteNamed']
export type Diagnosis = Required<Schemas['RemoteDiagnosis']>
export type Span = Schemas['RemoteTime']
export type Reason = Schemas['RemoteReason']
export type Expert = Schemas['RemoteExpertView']
export type Step = Schemas['RemoteStepView']
export type Candidate = Schemas['RemoteCandidateView']
export type Partner = Pick<
  Schemas['PartnerView'],
  | 'agreement_id'
  | 'departments'
  | 'titles'
  | 'urgent_answer_min'
  | 'ordinary_answer_h'
  | 'report_h'
  | 'prices'
> & { server: Named }
/** `allergies` null: nobody has asked. */
export type Patient = Known<
  Schemas['RemotePatient'],
  { sex: 'male' | 'female' | 'unknown'; allergies: string[] | null }
>
export type Material = Known<
  Schemas['RemoteMaterialView'],
  { kind: MaterialKind; state: 'waiting' | 'uploading' | 'done' | 'failed' }
>
export type Consent = Known<Schemas['RemoteConsentView'], { by: 'patient' | 'guardian' | 'relative' }>
interface Codes {
  status: Status
  urgency: Urgency
  mode: Mode
  patient: Patient
  meeting: Known<Schemas['RemoteMeeting'], { state: 'planned' | 'open' | 'ended' }> | null
}
/** One line of a list. */
export type Row = Known<Schemas['RemoteRequestRow'], Codes>
export type Request = Known<
  Schemas['RemoteRequestView'],
  Codes & {
    diagnosis: Diagnosis[]
    consent: Consent | null
    materials: Material[]
    used: Known<Schemas['RemoteUsed'], { used: Used }> | null
  }
>

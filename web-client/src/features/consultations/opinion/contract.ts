/** What the server says about opinions and reports, under the names that pages use. */
import type { Diagnosis, Mode, Status } from '../remote/contract'

export interface Figure {
  study_id: string | null
  instance_uid: string
  frame: number
  attachment: string
  caption: string
}
export interface Said {
  findings: string
  opinion: string
  advice: string
  figures: Figure[]
}
export interface Draft {
  version: number
  saved_at: string
  content: Said
}
export interface ExpertOpinion {
  expert_id: string
  name: string
  title: string
  lead: boolean
  state: 'writing' | 'signed'
  signed_at: string | null
  content: Said | null
}
export interface Desk {
  request_id: string
  number: string
  status: Status
  lead: boolean
  mine: Draft | null
  summary: Draft | null
  experts: ExpertOpinion[]
  waiting_for: string[]
  may: string[]
  statement: string
}
/** One's own opinion, or the joint summary. */
export type Sort = 'opinion' | 'summary'

export interface ReportPart {
  kind: Sort
  name: string
  title: string
  organisation: string
  version: number
  reason: string | null
  signed_at: string
  valid: boolean
  content: Said
}
export interface Report {
  request_id: string
  request_version: number
  number: string
  status: Status
  mode: Mode
  edition: number
  current: boolean
  editions: { edition: number; made_at: string }[]
  patient: { name: string; sex: string; age: number }
  from_organisation: string
  requester: string
  to_organisation: string
  department: string
  reason: string
  purpose: string
  summary: string
  diagnosis: Diagnosis[]
  parts: ReportPart[]
  statement: string
  verify: string
  used: string | null
}

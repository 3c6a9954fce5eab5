/** What the server says of orders, reports, studies that arrive, and films; shapes only. */

export interface Named {
  id: string
  name: string
}
export interface Coded {
  code: string
  text: string
}
export type Urgency = 'emergency' | 'ordinary'
export type Status =
  | 'ordered'
  | 'acquired'
  | 'queued'
  | 'quality_rejected'
  | 'claimed'
  | 'preliminary'
  | 'final'
  | 'returned'
  | 'acknowledged'
  | 'amended'
  | 'cancelled'

export interface OrderPatient extends Named {
  sex: 'male' | 'female' | 'unknown'
  age: number
  allergies?: readonly string[] | null
}

export interface Critical {
  state: 'none' | 'open' | 'called_back' | 'acknowledged'
  code?: string | null
  text?: string | null
  due_at?: string | null
  opened_by?: Named | null
  opened_at?: string | null
  calls?: readonly {
    at: string
    by: Named
    reached_name: string
    reached_role: string
    phone: string
    text: string
  }[]
  acknowledged_name?: string | null
  acknowledged_at?: string | null
}

export interface ReportView {
  state: 'draft' | 'preliminary' | 'final' | 'amended'
  version: number
  findings: string
  impression: string
  advice: string
  positive: boolean | null
  template_id?: string | null
  figures: readonly ReportFigure[]
  critical?: Coded | null
  preliminary_by?: Named | null
  preliminary_at?: string | null
  final_by?: Named | null
  final_at?: string | null
  sent_back?: { text: string; by: Named; at: string } | null
  amendment?: { reason: string; at: string; by: Named } | null
}

export interface ReportFigure {
  study_id: string
  instance_uid: string
  frame: number
  attachment?: string | null
}

export interface Recognised {
  report_id: string
  institution: string
  procedure: string
  at: string
  valid_until: string
  impression: string
  study_id?: string | null
}

export interface Order {
  id: string
  number: string
  accession_number: string
  patient: OrderPatient
  requester: Named
  from_organisation: Named
  performing_organisation: Named
  reading_organisation: Named | null
  department: Named | null
  modality: string
  body_part: string
  procedure: { code: string; name: string }
  reason: string
  diagnosis: string
  urgency: Urgency
  status: Status
  critical: Critical
  study_ids: readonly string[]
  claimed_by: Named | null
  claimed_until: string | null
  due_at: string | null
  overdue: boolean
  ordered_at: string
  quality?: Coded | null
  recognised?: readonly Recognised[]
  not_recognised?: Coded | null
  report: ReportView | null
  may: readonly string[]
  version: number
}

/** What the server says about prescriptions, under the names that pages use. */
export type Level = 'stop' | 'confirm' | 'warning' | 'information' | 'not_covered' | 'failed'
export type Decision = 'stop' | 'failed' | 'not_covered' | 'confirm' | 'warning' | 'passed'
export type Covered = 'checked' | 'not_covered' | 'failed' | 'not_applicable'
export type Kind = 'western' | 'tcm_pieces'

export interface Finding {
  id: string
  check: string
  rule: string
  level: Level
  lines: number[]
  met: string[]
  sentence_zh: string
  sentence_en: string
  advice_zh: string
  advice_en: string
  source: string
  confidence: string
  data_version: string
}

/** Whether a check looked at a line, and if not, why not. */
export interface Coverage {
  line: number
  check: string
  covered: Covered
  note_zh: string
  note_en: string
}

export interface Outcome {
  decision: Decision
  findings: Finding[]
  coverage: Coverage[]
  data_version: string
  at: string
  /** The findings' own, for the review. */
  digest: string
  unsigned_notice: string | null
}

export interface Drug {
  id: string
  name: string
  name_en: string
  atc: string
  route: string
  unit: string
  usual_daily_min: number | null
  usual_daily_max: number | null
  max_daily: number | null
  times_per_day: number | null
  online: boolean
  long_term: boolean
  flags: string[]
  stock: number | null
  price: number | null
  local_code: string | null
}

export interface Item {
  id?: string
  line: number
  drug_id: string | null
  name: string
  strength: string
  dose: number | null
  unit: string
  route: string
  frequency: string
  days: number | null
  quantity: number | null
  quantity_unit: string
  note: string
  reason: string
  dispensed?: number
}

export interface Diagnosis {
  code: string
  name: string
}

/** 长期处方的条件, as the doctor found them. */
export interface Eligibility {
  diagnosis_clear: boolean
  regimen_stable: boolean
  adherence_good: boolean
  disease_controlled: boolean
  taught: boolean
}

export interface Company {
  guardian_present: boolean
  paediatrician_present: boolean
}

export interface Content {
  kind: Kind
  diagnoses: Diagnosis[]
  items: Omit<Item, 'id' | 'line' | 'dispensed'>[]
  long_term: boolean
  assessment: string
  eligibility: Eligibility | null
  company: Company | null
  emergency: boolean
  delivery: boolean
  payer: string
  reason: string
  advice: string
}

export interface Person {
  id: string
  name: string
  title?: string | null
}

export interface Override {
  finding_id: string
  reason: string
}

export interface Prescription extends Omit<Content, 'items'> {
  id: string
  number: string
  status: string
  version: number
  days: number | null
  visit_id: string
  hospital: { id: string; name: string }
  department: string
  patient: {
    id: string
    name: string
    sex: string
    birth_date: string
    age: number
    weight_kg: string | null
  }
  prescriber: Person
  items: Item[]
  check: Outcome | null
  overrides: Override[]
  drawn_at: string
  signed_at: string | null
  double_signed: boolean
  valid_until: string | null
  extended_note: string | null
  reviewer: Person | null
  decided_at: string | null
  return: { code: string | null; text: string } | null
  continues: { id: string; number: string; how: string } | null
  may: string[]
  digest: string
  data_notice: string | null
}

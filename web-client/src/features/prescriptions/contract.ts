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
  source: string
  confidence: string
  data_version: string
}

export interface Outcome {
  decision: Decision
  findings: Finding[]
  coverage: Record<string, Record<string, Covered>>
  data_version: string
  at?: string
  unsigned_notice?: string | null
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
  reason?: string
  dispensed?: number
}

export interface Diagnosis {
  code: string
  name: string
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

export interface Prescription {
  id: string
  number: string
  status: string
  version: number
  kind: Kind
  long_term: boolean
  days: number | null
  hospital: { id: string; name: string }
  department: string
  patient: { id: string; name: string; sex: string | null; age: number | null }
  prescriber: Person
  diagnoses: Diagnosis[]
  assessment: string | null
  items: Item[]
  check: Outcome | null
  overrides: Override[]
  drawn_at: string
  signed_at: string | null
  valid_until: string | null
  reviewer: Person | null
  decided_at: string | null
  return: { code: string; text: string } | null
  continues: { id: string; number: string } | null
  may: string[]
  digest: string
}

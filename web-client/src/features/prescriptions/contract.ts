/** What the server says about prescriptions, under the names that pages use. */
import type { components } from '@/api/schema'

type Schemas = components['schemas']

export type Level = 'stop' | 'failed' | 'not_covered' | 'confirm' | 'warning' | 'information'
export type Covered = 'checked' | 'not_covered' | 'failed' | 'not_applicable'

export type Content = Required<Omit<Schemas['Content'], 'items' | 'kind'>> & { kind: Kind; items: Written[] }
export type Written = Omit<Required<Schemas['Line']>, 'line' | 'dose' | 'days' | 'drug_id'> &
  Pick<Item, 'dose' | 'days' | 'drug_id'>
export type Kind = Schemas['PrescriptionView']['kind']
export type Diagnosis = Required<Schemas['PrescribedDiagnosis']>
export type Eligibility = Required<Schemas['Eligibility']>
export type Company = Required<Schemas['Company']>
export type Item = Schemas['ItemView']
export type Override = Schemas['Override']
export type Drug = Schemas['DrugView']
export type Prescription = Schemas['PrescriptionView']
export type Step = Schemas['PrescriptionStepView']
export type Template = Schemas['PrescriptionTemplateView']
export type Substitution = Schemas['QuestionView']
export type Message = Schemas['ReviewMessageView']
export type Reason = Schemas['ReasonView']
export type Health = Schemas['HealthView']
export type Said = Schemas['HealthFactView']
export type Fact = Said['fact']

export type Finding = Omit<Schemas['FindingView'], 'level'> & { level: Level }
export type Coverage = Omit<Schemas['CoverageView'], 'covered'> & { covered: Covered }
export type Outcome = Omit<Schemas['OutcomeView'], 'findings' | 'coverage'> & {
  findings: Finding[]
  coverage: Coverage[]
}

/** The last check of a prescription; the server names levels and coverage by the words above. */
export const outcomeOf = (rx: Pick<Prescription, 'check'>): Outcome | null => rx.check as Outcome | null

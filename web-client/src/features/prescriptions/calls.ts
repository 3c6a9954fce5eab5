/** The prescriber's calls. */
import type { Content, Drug, Kind, Override, Prescription } from './contract'
import { api, got } from '@/api/client'

// Until the server's description has these paths: the same client, told what comes back.
type Loose = Record<
  'GET' | 'POST' | 'PUT' | 'DELETE',
  (path: string, wanted?: object) => Promise<{ data?: unknown }>
>
const loose = api as unknown as Loose

export const told = <T>(answer: Promise<{ data?: unknown }>): Promise<T> =>
  got(answer as Promise<{ data?: T }>)

export interface Template {
  id: string
  name: string
  kind: Kind
  items: Content['items']
}

export interface Step {
  at: string
  verb: string
  status: string
  by: string | null
  role: string | null
  code: string | null
  text: string | null
}

const keyed = (key: string) => ({ headers: { 'Idempotency-Key': key } })
const at = (id: string) => ({ params: { path: { id } } })

export const findDrugs = (q: string) => told<Drug[]>(loose.GET('/api/drugs', { params: { query: { q } } }))

export const prescriptionsOf = (visit_id: string) =>
  told<Prescription[]>(loose.GET('/api/visits/{visit_id}/prescriptions', { params: { path: { visit_id } } }))

export const earlierOf = (patient_id: string) =>
  told<Prescription[]>(loose.GET('/api/prescriptions', { params: { query: { patient_id } } }))

export const onePrescription = (id: string) =>
  told<Prescription>(loose.GET('/api/prescriptions/{id}', at(id)))

export const stepsOf = (id: string) => told<Step[]>(loose.GET('/api/prescriptions/{id}/steps', at(id)))

export const draft = (key: string, visit_id: string, body: Content) =>
  told<Prescription>(
    loose.POST('/api/visits/{visit_id}/prescriptions', {
      params: { path: { visit_id } },
      ...keyed(key),
      body,
    }),
  )

export const save = (key: string, id: string, version: number, body: Content) =>
  told<Prescription>(
    loose.PUT('/api/prescriptions/{id}', { ...at(id), ...keyed(key), body: { version, ...body } }),
  )

export interface Signature {
  version: number
  digest: string
  overrides: Override[]
  double_confirm: boolean
}

export const sign = (key: string, id: string, body: Signature) =>
  told<Prescription>(loose.POST('/api/prescriptions/{id}/sign', { ...at(id), ...keyed(key), body }))

export type Verb = 'resign' | 'amend' | 'withdraw' | 'extend' | 'void'

export const act = (key: string, id: string, verb: Verb, body: object) =>
  told<Prescription>(loose.POST(`/api/prescriptions/{id}/${verb}`, { ...at(id), ...keyed(key), body }))

export const templates = () => told<Template[]>(loose.GET('/api/prescription-templates'))

export const keepTemplate = (key: string, body: Omit<Template, 'id'>) =>
  told<Template>(loose.POST('/api/prescription-templates', { ...keyed(key), body }))

export const dropTemplate = (id: string) =>
  told<unknown>(loose.DELETE('/api/prescription-templates/{id}', at(id)))

/** The doctor's own that wait for something. */
export const ownPrescriptions = () => told<Prescription[]>(loose.GET('/api/prescriptions'))

/** A pharmacy's question about another drug. */
export interface Substitution {
  id: string
  prescription_id: string
  number: string
  pharmacy: string
  line: number
  drug: string
  code: string
  text: string
  asked_at: string
  answer: string | null
  answered_at: string | null
}

export const substitutions = () => told<Substitution[]>(loose.GET('/api/substitutions'))

export const answerSubstitution = (key: string, id: string, answer: 'amend' | 'keep', text: string) =>
  told<Substitution>(
    loose.POST('/api/substitutions/{id}/answer', { ...at(id), ...keyed(key), body: { answer, text } }),
  )

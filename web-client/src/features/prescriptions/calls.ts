/** Calls about prescriptions, as their doctor makes them. */
import type { Content, Kind, Override, Template } from './contract'
import { api, got } from '@/api/client'

const keyed = (key: string) => ({ headers: { 'Idempotency-Key': key } })
const at = (prescription_id: string) => ({ params: { path: { prescription_id } } })

export const findDrugs = (q: string, kind: Kind) =>
  got(api.GET('/api/drugs', { params: { query: { q, kind } } }))

export const prescriptionsOf = (visit_id: string) =>
  got(api.GET('/api/visits/{visit_id}/prescriptions', { params: { path: { visit_id } } }))

export const earlierOf = (patient_id: string) =>
  got(api.GET('/api/prescriptions', { params: { query: { patient_id } } }))

/** The doctor's own that wait for something. */
export const ownPrescriptions = () => got(api.GET('/api/prescriptions'))

export const onePrescription = (id: string) => got(api.GET('/api/prescriptions/{prescription_id}', at(id)))

export const stepsOf = (id: string) => got(api.GET('/api/prescriptions/{prescription_id}/steps', at(id)))

export const draft = (key: string, visit_id: string, body: Content) =>
  got(
    api.POST('/api/visits/{visit_id}/prescriptions', { params: { path: { visit_id } }, ...keyed(key), body }),
  )

export const save = (key: string, id: string, version: number, body: Content) =>
  got(
    api.PUT('/api/prescriptions/{prescription_id}', {
      ...at(id),
      ...keyed(key),
      body: { version, ...body },
    }),
  )

export interface Signature {
  version: number
  digest: string
  overrides: Override[]
  double_confirm: boolean
}

export const sign = (key: string, id: string, body: Signature) =>
  got(api.POST('/api/prescriptions/{prescription_id}/sign', { ...at(id), ...keyed(key), body }))

export interface Acts {
  amend: { version: number }
  withdraw: { version: number; reason: string }
  resign: { version: number; digest: string; reason: string; double_confirm: boolean }
  extend: { version: number; until: string; note: string }
  void: { version: number; reason: string }
}
export type Verb = keyof Acts

const ACTS: { [V in Verb]: (key: string, id: string, body: Acts[V]) => ReturnType<typeof onePrescription> } =
  {
    amend: (key, id, body) =>
      got(api.POST('/api/prescriptions/{prescription_id}/amend', { ...at(id), ...keyed(key), body })),
    withdraw: (key, id, body) =>
      got(api.POST('/api/prescriptions/{prescription_id}/withdraw', { ...at(id), ...keyed(key), body })),
    resign: (key, id, body) =>
      got(api.POST('/api/prescriptions/{prescription_id}/resign', { ...at(id), ...keyed(key), body })),
    extend: (key, id, body) =>
      got(api.POST('/api/prescriptions/{prescription_id}/extend', { ...at(id), ...keyed(key), body })),
    void: (key, id, body) =>
      got(api.POST('/api/prescriptions/{prescription_id}/void', { ...at(id), ...keyed(key), body })),
  }
export const act = <V extends Verb>(verb: V, key: string, id: string, body: Acts[V]) =>
  ACTS[verb](key, id, body)

export const templates = () => got(api.GET('/api/prescription-templates'))

export const keepTemplate = (key: string, body: Omit<Template, 'id'>) =>
  got(api.POST('/api/prescription-templates', { ...keyed(key), body }))

export const dropTemplate = (template_id: string) =>
  got(api.DELETE('/api/prescription-templates/{template_id}', { params: { path: { template_id } } }))

export const substitutions = () => got(api.GET('/api/substitutions'))

export const answerSubstitution = (
  key: string,
  substitution_id: string,
  answer: 'amend' | 'keep',
  text: string,
) =>
  got(
    api.POST('/api/substitutions/{substitution_id}/answer', {
      params: { path: { substitution_id } },
      ...keyed(key),
      body: { answer, text },
    }),
  )

export const renewals = () => got(api.GET('/api/renewals'))

const ofRenewal = (renewal_id: string) => ({ params: { path: { renewal_id } } })
export const acceptRenewal = (key: string, id: string, words: string) =>
  got(api.POST('/api/renewals/{renewal_id}/accept', { ...ofRenewal(id), ...keyed(key), body: { words } }))
export const declineRenewal = (key: string, id: string, words: string) =>
  got(api.POST('/api/renewals/{renewal_id}/decline', { ...ofRenewal(id), ...keyed(key), body: { words } }))
/** In a visit: a draft with the lines of what was to be renewed. */
export const drawRenewal = (key: string, visit_id: string, id: string) =>
  got(api.POST('/api/renewals/{renewal_id}/draft', { ...ofRenewal(id), ...keyed(key), body: { visit_id } }))
/** 延伸处方: a draft with the lines of an upper hospital's prescription. */
export const continueIt = (key: string, visit_id: string, prescription_id: string) =>
  got(
    api.POST('/api/visits/{visit_id}/continuations', {
      params: { path: { visit_id } },
      ...keyed(key),
      body: { prescription_id },
    }),
  )

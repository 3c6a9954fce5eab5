/** What the checks know of the patient: allergies, measures, pregnancy, results, other medicines; and saying more. */
import { told } from './calls'
import { useAction } from '@/api/action'
import { api } from '@/api/client'
import { refetch, useQuery } from '@/api/queries'

export type Fact =
  | { kind: 'allergy'; to: string; name: string; reaction: string }
  | { kind: 'no_known_allergy' }
  | { kind: 'weight'; kg: number | string }
  | { kind: 'height'; cm: number | string }
  | { kind: 'pregnancy'; pregnant: boolean; weeks: number | null }
  | { kind: 'lactation'; lactating: boolean }
  | { kind: 'result'; code: string; name: string; value: string; unit: string; on: string }
  | { kind: 'medication'; name: string; drug_id: string | null; dose: string; until: string | null }
export type Kind = Fact['kind']

export interface Said<F extends Fact = Fact> {
  id: string
  fact: F
  source: 'doctor' | 'patient'
  at: string
}
type Of<K extends Kind> = Said<Extract<Fact, { kind: K }>>

export interface Health {
  /** null: nobody has asked; []: none known. */
  allergies: Of<'allergy'>[] | null
  weight: Of<'weight'> | null
  height: Of<'height'> | null
  pregnancy: Of<'pregnancy'> | null
  pregnancy_weeks: number | null
  lactation: Of<'lactation'> | null
  results: Of<'result'>[]
  medications: Of<'medication'>[]
}
type Loose = Record<'GET' | 'POST', (path: string, wanted?: object) => Promise<{ data?: unknown }>>
const loose = api as unknown as Loose
const at = (patient_id: string) => ({ params: { path: { patient_id } } })

export function useHealth(patientId: () => string) {
  return useQuery({
    queryKey: () => ['health', patientId()],
    queryFn: () => told<Health>(loose.GET('/api/patients/{patient_id}/health', at(patientId()))),
    staleTime: 60_000,
  })
}

export const useSayHealth = () =>
  useAction(async (key, patientId: string, facts: Fact[]) => {
    const headers = { 'Idempotency-Key': key }
    const now = await told<Health>(
      loose.POST('/api/patients/{patient_id}/health', { ...at(patientId), headers, body: { facts } }),
    )
    refetch(['health', patientId])
    return now
  })

export const useTakeBack = () =>
  useAction(async (key, patientId: string, id: string) => {
    const headers = { 'Idempotency-Key': key }
    await told(loose.POST('/api/health-facts/{id}/withdraw', { params: { path: { id } }, headers }))
    refetch(['health', patientId])
    return true
  })

export const allergyNames = (health: Health | undefined): string[] | null =>
  health?.allergies?.map(({ fact }) =>
    fact.reaction ? `${fact.name || fact.to}（${fact.reaction}）` : fact.name || fact.to,
  ) ?? null

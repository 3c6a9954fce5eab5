/** What the checks know of the patient: allergies, measures, pregnancy, results, other medicines; and saying more. */
import type { Fact, Health } from './contract'
import { useAction } from '@/api/action'
import { api, got } from '@/api/client'
import { refetch, useQuery } from '@/api/queries'
import { aside } from '@/i18n/lists'

const at = (patient_id: string) => ({ params: { path: { patient_id } } })

export function useHealth(patientId: () => string) {
  return useQuery({
    queryKey: () => ['health', patientId()],
    queryFn: () => got(api.GET('/api/patients/{patient_id}/health', at(patientId()))),
    staleTime: 60_000,
  })
}

export const useSayHealth = () =>
  useAction(async (key, patientId: string, facts: Fact[]) => {
    const headers = { 'Idempotency-Key': key }
    const now = await got(
      api.POST('/api/patients/{patient_id}/health', { ...at(patientId), headers, body: { facts } }),
    )
    refetch(['health', patientId])
    return now
  })

export const useTakeBack = () =>
  useAction(async (key, patientId: string, fact_id: string) => {
    const headers = { 'Idempotency-Key': key }
    await got(api.POST('/api/health-facts/{fact_id}/withdraw', { params: { path: { fact_id } }, headers }))
    refetch(['health', patientId])
    return true
  })

/** An allergy as one reads it, with what happened then. */
export function allergyWord({
  to,
  name,
  reaction,
}: {
  to: string
  name?: string
  reaction?: string
}): string {
  return aside(name || to, reaction)
}

/** null: nobody has asked; []: none known. */
export const allergyNames = (health: Health | undefined): string[] | null =>
  health?.allergies?.map(({ fact }) => (fact.kind === 'allergy' ? allergyWord(fact) : '')) ?? null

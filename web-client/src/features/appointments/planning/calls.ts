/** What the scheduler's planning pages ask of the server. */
import type { AgreementBody, DayExceptionBody, Limits, LimitValue, Split, TemplateBody } from './contract'
import { api, got } from '@/api/client'
import { useQuery } from '@/api/queries'
import { session } from '@/features/identity/session'

const keyed = (key: string) => ({ 'Idempotency-Key': key })

export const templates = () => got(api.GET('/api/session-templates'))
export const addTemplate = (key: string, body: TemplateBody) =>
  got(api.POST('/api/session-templates', { headers: keyed(key), body }))
export const changeTemplate = (key: string, template_id: string, body: TemplateBody & { version: number }) =>
  got(
    api.PUT('/api/session-templates/{template_id}', {
      params: { path: { template_id } },
      headers: keyed(key),
      body,
    }),
  )
export async function dropTemplate(key: string, template_id: string): Promise<true> {
  const params = { path: { template_id } }
  await api.DELETE('/api/session-templates/{template_id}', { params, headers: keyed(key) })
  return true
}

export const exceptions = (first: string, last: string) =>
  got(api.GET('/api/day-exceptions', { params: { query: { first, last } } }))
export const addException = (key: string, body: DayExceptionBody) =>
  got(api.POST('/api/day-exceptions', { headers: keyed(key), body }))
export async function dropException(key: string, exception_id: string): Promise<true> {
  const params = { path: { exception_id } }
  await api.DELETE('/api/day-exceptions/{exception_id}', { params, headers: keyed(key) })
  return true
}

export const generate = (key: string, body: { first: string; last: string; draft: boolean }) =>
  got(api.POST('/api/sessions/generate', { headers: keyed(key), body }))
export const publishDrafts = (key: string, body: { first: string; last: string }) =>
  got(api.POST('/api/sessions/publish-drafts', { headers: keyed(key), body }))
export const publishDraft = (key: string, session_id: string) =>
  got(
    api.POST('/api/sessions/{session_id}/publish', { params: { path: { session_id } }, headers: keyed(key) }),
  )
export async function dropDraft(key: string, session_id: string): Promise<true> {
  await api.DELETE('/api/sessions/{session_id}', { params: { path: { session_id } }, headers: keyed(key) })
  return true
}
/** Saying it twice is saying it once: no key of the action. */
export const changeQuotas = (slot_id: string, quotas: Split) =>
  got(api.PUT('/api/slots/{slot_id}/quotas', { params: { path: { slot_id } }, body: { quotas } }))

export const agreements = () => got(api.GET('/api/pool-agreements'))
export const addAgreement = (key: string, body: AgreementBody) =>
  got(api.POST('/api/pool-agreements', { headers: keyed(key), body }))
export const endAgreement = (key: string, agreement_id: string) =>
  got(
    api.POST('/api/pool-agreements/{agreement_id}/end', {
      params: { path: { agreement_id } },
      headers: keyed(key),
    }),
  )

export const teams = () => got(api.GET('/api/booking-teams'))
export const addTeam = (key: string, body: { organisation_id: string; name: string; member_ids: string[] }) =>
  got(api.POST('/api/booking-teams', { headers: keyed(key), body }))
export const changeTeam = (key: string, team_id: string, body: { name: string; member_ids: string[] }) =>
  got(api.PUT('/api/booking-teams/{team_id}', { params: { path: { team_id } }, headers: keyed(key), body }))
export async function dropTeam(key: string, team_id: string): Promise<true> {
  await api.DELETE('/api/booking-teams/{team_id}', { params: { path: { team_id } }, headers: keyed(key) })
  return true
}

export const limits = () => got(api.GET('/api/booking-limits'))
export const changeLimits = (key: string, limits: Record<string, LimitValue>, version: number) =>
  got(
    api.PUT('/api/booking-limits', {
      headers: keyed(key),
      body: { limits: limits as Limits['limits'], version },
    }),
  )

/** The doctors of the own institution who may see patients online. */
export function useOwnDoctors() {
  const organisation = () => session.person?.organisation?.id ?? null
  return useQuery({
    queryKey: () => ['doctors', organisation()],
    queryFn: () => got(api.GET('/api/doctors', { params: { query: { organisation: organisation() } } })),
    staleTime: 5 * 60_000,
  })
}

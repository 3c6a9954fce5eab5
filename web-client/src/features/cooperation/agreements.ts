/** Agreements between institutions: what the pages ask, and in which of a few states one stands. */
import { api, got } from '@/api/client'
import { useAction } from '@/api/action'
import { refetch, useQuery } from '@/api/queries'
import type { components } from '@/api/schema'

type S = components['schemas']
export type Agreement = S['CooperationAgreementView']
export type NewAgreement = S['CooperationBody']
export type Scan = S['CooperationScanView']
export type Step = S['CooperationStepView']
export type Verb = 'confirm' | 'decline' | 'end'

export const useAgreements = () =>
  useQuery({
    queryKey: ['cooperation-agreements'],
    queryFn: () => got(api.GET('/api/cooperation-agreements')),
  })

export const useHistory = (id: string) =>
  useQuery({
    queryKey: ['cooperation-steps', id],
    queryFn: () =>
      got(
        api.GET('/api/cooperation-agreements/{agreement_id}/steps', {
          params: { path: { agreement_id: id } },
        }),
      ),
  })

export const useAlliances = () =>
  useQuery({ queryKey: ['alliances'], queryFn: () => got(api.GET('/api/alliances')), staleTime: 300_000 })

/** Ask anew for the list, and the history of one. */
export function changed(id?: string): void {
  refetch(['cooperation-agreements'])
  if (id) refetch(['cooperation-steps', id])
}

export const useMake = () =>
  useAction(async (key, body: NewAgreement) => {
    const made = await got(
      api.POST('/api/cooperation-agreements', { headers: { 'Idempotency-Key': key }, body }),
    )
    changed()
    return made
  })

/** One side's answer over the version that was shown. */
export const useAnswer = () =>
  useAction(async (key, one: Agreement, verb: Verb, reason: string) => {
    const at = { params: { path: { agreement_id: one.id } }, headers: { 'Idempotency-Key': key } }
    const { version } = one
    if (verb === 'confirm')
      await got(api.POST('/api/cooperation-agreements/{agreement_id}/confirm', { ...at, body: { version } }))
    else if (verb === 'decline')
      await got(
        api.POST('/api/cooperation-agreements/{agreement_id}/decline', { ...at, body: { version, reason } }),
      )
    else
      await got(
        api.POST('/api/cooperation-agreements/{agreement_id}/end', { ...at, body: { version, reason } }),
      )
    changed(one.id)
    return true
  })

export type Standing = 'waiting' | 'now' | 'later' | 'over'

/** As an administrator thinks of it; `today` as 2026-11-22. */
export function standingOf(
  one: Pick<Agreement, 'status' | 'in_force' | 'valid_from' | 'valid_until'>,
  today: string,
): Standing {
  if (one.status === 'proposed') return 'waiting'
  if (one.in_force) return 'now'
  return one.status === 'in_force' && one.valid_from > today ? 'later' : 'over'
}

const ORDER: readonly Standing[] = ['waiting', 'now', 'later', 'over']
/** What waits for somebody first, what is over last. */
export function inOrder(all: readonly Agreement[], today: string): Agreement[] {
  return [...all].sort((a, b) => ORDER.indexOf(standingOf(a, today)) - ORDER.indexOf(standingOf(b, today)))
}

/** Yuan as people write them to fen; undefined for what is no price. */
export function fenOf(yuan: string): number | undefined {
  const plain = yuan.trim()
  if (!/^\d{1,5}(\.\d{1,2})?$/.test(plain)) return undefined
  return Math.round(Number(plain) * 100)
}
export const yuanOf = (fen: number): string => (fen / 100).toFixed(fen % 100 ? 2 : 0)

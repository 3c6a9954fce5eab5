/** What the planning routes take and give, by the server's own description; here named as the pages speak of it. */
import { isQuota, type Quota } from '../quotas'
import type { components } from '@/api/schema'

type S = components['schemas']
export type Template = S['TemplateView']
export type TemplateBody = S['TemplateBody']
export type Service = NonNullable<TemplateBody['service']>
export const SERVICES: readonly Service[] = ['follow_up', 'remote_consultation', 'expert']

export type DayException = S['DayExceptionView']
export type DayExceptionBody = S['DayExceptionBody']
export type Generated = S['GeneratedView']
export type Agreement = S['AgreementView']
export type AgreementBody = S['AgreementBody']
export type Team = S['TeamView']
export type Limits = S['LimitsView']
export type LimitValue = number | string

export type Split = Partial<Record<Quota, number>>
export interface Opening {
  days_before: number
  at: string
}
export interface Step extends Opening {
  step: number
  from_quota: Quota
  to_quota: Quota
}
/** What an agreement says, whoever it is with and however long it lasts. */
export interface Terms {
  shares: Split
  opens: Partial<Record<Quota, Opening>>
  chain: Step[]
}

export function termsOf(one: Pick<Agreement, 'shares' | 'opens' | 'chain'>): Terms {
  return {
    shares: one.shares as Split,
    opens: one.opens as Terms['opens'],
    chain: one.chain.flatMap(({ from_quota, to_quota, ...rest }) =>
      isQuota(from_quota) && isQuota(to_quota) ? [{ ...rest, from_quota, to_quota }] : [],
    ),
  }
}

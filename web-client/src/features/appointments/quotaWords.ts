/** What quotas and services are called; quotas in full, and short for narrow cells. */
import type { Quota } from './quotas'
import { t } from '@/i18n/words/quotas'
import { t as schedule } from '@/i18n/words/schedule'

export const serviceWord = (service: string): string =>
  schedule.has(`service.${service}`) ? schedule(`service.${service as 'expert'}`) : ''
export const quotaWord = (quota: Quota): string => t(quota)
export const quotaShort = (quota: Quota): string => t(`${quota}.short`)

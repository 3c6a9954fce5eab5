/** How a drug is taken, in a sentence: every page says it the same way. */
import type { Item } from './contract'
import { wordOf } from './words'
import { clauses } from '@/i18n/lists'
import { t } from '@/i18n/words/rx'

type Used = Pick<Item, 'dose' | 'unit' | 'frequency' | 'route' | 'days' | 'note'>

/** 每次 5 mg，每天 1 次，口服，28 天 */
export function useOf(item: Used): string {
  return clauses(
    [
      item.dose === null ? '' : t('item.dose', { dose: Number(item.dose), unit: wordOf('unit', item.unit) }),
      item.frequency && wordOf('frequency', item.frequency),
      item.route && wordOf('route', item.route),
      item.days === null ? '' : t('item.days', { n: item.days }),
      item.note,
    ].filter(Boolean),
  )
}

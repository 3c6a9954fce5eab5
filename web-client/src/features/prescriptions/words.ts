/** The word for a code of the server's; a code without a word is shown as it is, which is better than nothing. */
import { t } from '@/i18n/words/rx'

type Group = 'check' | 'state' | 'verb' | 'frequency' | 'route' | 'unit' | 'confidence' | 'kind'

export function wordOf(group: Group, code: string): string {
  const key = `${group}.${code}`
  return t.has(key) ? t(key as 'state.draft') : code
}

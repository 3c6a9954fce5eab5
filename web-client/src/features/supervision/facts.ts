/** The coarse fact of a step, as the server's oversight tells it, in words; what has no word here is left out. */
import { t } from '@/i18n/words/supervision'

export function factOf(fact: string): string {
  const version = /^version (\d+)$/.exec(fact)
  if (version) return t('fact.version', { n: Number(version[1]) })
  const gaps = /, (\d+) gaps$/.exec(fact)
  if (gaps) return Number(gaps[1]) ? t('fact.gaps', { n: Number(gaps[1]) }) : ''
  const key = `fact.${fact.split(' ')[0] ?? ''}`
  return t.has(key) ? t(key as 'fact.doctor') : ''
}

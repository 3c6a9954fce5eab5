/** A doctor's title in the person's language: the register keeps it in Chinese. */
import { t } from '@/i18n/words/visits'

export function titleOf(title: string): string {
  const key = `title.${title}`
  return t.has(key) ? t(key as 'title.医师') : title
}

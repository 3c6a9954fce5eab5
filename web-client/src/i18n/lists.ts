/** Several words in a row, and a word before others, as the language punctuates them. */
import { shown } from '@/view/settings'

export function listed(words: readonly string[]): string {
  return words.join(shown.language === 'en' ? ', ' : '、')
}

export function labelled(label: string, text: string): string {
  return `${label}${shown.language === 'en' ? ': ' : '：'}${text}`
}

/** Parts of a sentence. */
export function clauses(parts: readonly string[]): string {
  return parts.join(shown.language === 'en' ? ', ' : '，')
}

/** Short facts in one line, those that are there; the dot between them ends a line, it never begins one. */
export const dotted = (facts: readonly (string | false | null | undefined)[]): string =>
  facts.filter(Boolean).join('\u00a0· ')

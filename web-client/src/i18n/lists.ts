/** Several words in a row, and a word before others, as the language punctuates them. */
import { shown } from '@/view/settings'

export function listed(words: readonly string[]): string {
  return words.join(shown.language === 'en' ? ', ' : '、')
}

export function labelled(label: string, text: string): string {
  return `${label}${shown.language === 'en' ? ': ' : '：'}${text}`
}

type Maybe = string | false | null | undefined

/** A word and what stands beside it, if anything does, in brackets. */
export function aside(word: string, beside: Maybe): string {
  if (!beside) return word
  return shown.language === 'en' ? `${word} (${beside})` : `${word}（${beside}）`
}

/** Parts of a sentence, those that are there. */
export function clauses(parts: readonly Maybe[]): string {
  return parts.filter(Boolean).join(shown.language === 'en' ? ', ' : '，')
}

/** Several entries that may have commas of their own. */
export function entries(each: readonly string[]): string {
  return each.join(shown.language === 'en' ? '; ' : '；')
}

/** Short facts in one line, those that are there; the dot between them ends a line, it never begins one. */
export const dotted = (facts: readonly Maybe[]): string => facts.filter(Boolean).join('\u00a0· ')

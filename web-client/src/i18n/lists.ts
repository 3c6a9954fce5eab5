/** Several words in a row, and a word before others, as the language punctuates them. */
import { shown } from '@/view/settings'

type Maybe = string | false | null | undefined

const mark = (chinese: string, english: string): string => (shown.language === 'en' ? english : chinese)

export function listed(words: readonly string[]): string {
  return words.join(mark('、', ', '))
}

export function labelled(label: string, text: string): string {
  return label + mark('：', ': ') + text
}

/** A word and what stands beside it, if anything does, in brackets. */
export function aside(word: string, beside: Maybe): string {
  return beside ? word + mark(`（${beside}）`, ` (${beside})`) : word
}

/** Parts of a sentence, those that are there. */
export function clauses(parts: readonly Maybe[]): string {
  return parts.filter(Boolean).join(mark('，', ', '))
}

/** Short facts in one line, those that are there; the dot between them ends a line, it never begins one. */
export const dotted = (facts: readonly Maybe[]): string => facts.filter(Boolean).join('\u00a0· ')

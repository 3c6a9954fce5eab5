/**
 * Words by key. Each feature has a catalogue of its own (`words/<feature>.ts`), Chinese in it, English beside it and
 * loaded only when somebody reads English. A key or a blank that does not exist fails the type check.
 *
 * In a sentence: `{name}` is a blank, `{n#person|people}` picks the word for the number n. A key that ends in `@elder`
 * is the shorter sentence of the elder view; `t('key')` finds it by itself.
 *
 * Not here: dates and times (when.ts), what the server says about a refusal (api/problem.ts).
 */
import { shallowRef, type ShallowRef } from 'vue'
import { elder, shown } from '@/view/settings'

export type Words = Readonly<Record<string, string>>

/** The names of the blanks in a sentence. */
export type Blanks<S extends string> = S extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `${infer N}#${string}` ? N : Name) | Blanks<Rest>
  : never

type Plain<K> = K extends `${string}@elder` ? never : K
export type KeyOf<W extends Words> = Plain<keyof W & string>
type Filling<S extends string> = [Blanks<S>] extends [never]
  ? []
  : [blanks: Record<Blanks<S>, string | number>]

export interface Say<W extends Words> {
  <K extends KeyOf<W>>(key: K, ...filling: Filling<W[K]>): string
  /** Whether a word chosen at run time (a state, a code) is one of ours. */
  has(key: string): key is KeyOf<W>
}

interface Loadable {
  english: ShallowRef<Words | undefined>
  load: () => Promise<{ en: Words }>
}
const catalogues: Loadable[] = []

/** Loads the English words of every catalogue met so far; the router waits for it, so no page shows half a language. */
export async function wordsReady(): Promise<void> {
  if (shown.language !== 'en') return
  await Promise.all(
    catalogues
      .filter((one) => one.english.value === undefined)
      .map(async (one) => {
        one.english.value = (await one.load()).en
      }),
  )
}

const plurals = new Intl.PluralRules('en')
const thousands = new Intl.NumberFormat('en-US')

/** The sentence with its blanks filled; numbers stay with their unit on one line. */
export function fill(sentence: string, blanks: Readonly<Record<string, string | number>> = {}): string {
  return sentence
    .replace(/\{(\w+)(?:#([^|}]*)\|([^}]*))?\}/g, (_, name: string, one?: string, many?: string) => {
      const value = blanks[name]
      if (one !== undefined) return plurals.select(Number(value)) === 'one' ? one : (many ?? '')
      return typeof value === 'number' ? thousands.format(value) : String(value ?? '')
    })
    .replace(/(\d) (?=[\u4e00-\u9fff])/g, '$1\u00a0')
}

export function catalogue<const W extends Words>(
  chinese: W,
  load: () => Promise<{ en: Record<keyof W, string> }>,
): Say<W> {
  const english: ShallowRef<Words | undefined> = shallowRef()
  catalogues.push({ english, load })
  const say = (key: string, blanks?: Record<string, string | number>): string => {
    const words: Words = (shown.language === 'en' ? english.value : undefined) ?? chinese
    const sentence = (elder.value ? words[`${key}@elder`] : undefined) ?? words[key] ?? chinese[key]
    return fill(sentence ?? '', blanks)
  }
  const has = (key: string): boolean => Object.hasOwn(chinese, key) && !key.endsWith('@elder')
  return Object.assign(say, { has }) as unknown as Say<W>
}

/** What can be ordered and the coded reasons, as the server lists them; and words for codes that pictures bring along. */
import { api, got } from '@/api/client'
import { useQuery } from '@/api/queries'
import type { components } from '@/api/schema'
import { t } from '@/i18n/words/imaging'
import { shown } from '@/view/settings'

export type Catalogue = components['schemas']['ImagingCatalogueView']
export type Word = components['schemas']['ImagingWordView']

export const useCatalogue = () =>
  useQuery({
    queryKey: ['imaging-catalogue'],
    queryFn: () => got(api.GET('/api/imaging/catalogue')),
    staleTime: 60 * 60_000,
  })

export const wordOf = (word: Pick<Word, 'zh' | 'en'>): string => (shown.language === 'en' ? word.en : word.zh)

/** A code's words out of one list of the catalogue; the code itself while the list is not there. */
export const wordIn = (list: readonly Word[] | undefined, code: string): string => {
  const found = list?.find((one) => one.code === code)
  return found ? wordOf(found) : code
}

export function modalityWord(code: string): string {
  const first = code.split('\\')[0] ?? ''
  const key = `modality.${first}`
  return t.has(key) ? t(key as 'modality.CT') : first
}

export function bodyPartWord(code: string): string {
  const key = `part.${code.toUpperCase()}`
  return t.has(key) ? t(key as 'part.CHEST') : ''
}

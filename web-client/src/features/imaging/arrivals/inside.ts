/** What lies in an upload: whose it seems to be, whether it may be entered as it is, and what must be said first. Pure. */
import type { Inside, Outcome } from './arriving'
import type { Told } from './carriers'

export interface Tally {
  kept: number
  same: number
  quarantined: number
  refused: number
}

export function tallyOf(told: Told): Tally {
  const tally: Tally = { kept: 0, same: 0, quarantined: 0, refused: told.refused.length }
  for (const one of told.outcomes) tally[one.state] += 1
  return tally
}

/** What was not taken as a picture, once for each reason, with the names of its files. */
export function troubles(told: Told): { title: string; fate: 'quarantined' | 'refused'; names: string[] }[] {
  const found = new Map<string, { title: string; fate: 'quarantined' | 'refused'; names: string[] }>()
  const add = (title: string, fate: 'quarantined' | 'refused', name: string) => {
    const key = `${fate} ${title}`
    const known = found.get(key) ?? { title, fate, names: [] }
    known.names.push(name)
    found.set(key, known)
  }
  for (const one of told.outcomes) {
    if (one.state === 'quarantined' || one.state === 'refused') add(sentenceOf(one), one.state, one.name)
  }
  for (const one of told.refused) add(one.title, 'refused', one.name)
  return [...found.values()]
}

const sentenceOf = (one: Outcome): string => one.title ?? one.reason ?? ''

/** Whom the files name, as far as files can tell people apart. */
export const whoOf = (study: Inside): string =>
  [study.patient_name_in_file, study.id, study.birth_date, study.sex].join('|')

/** The files of one study name several people: it can be nobody's as it is. */
export const isTorn = (study: Inside): boolean => study.people.length > 1

/** More than one person in one upload: it stops here and asks. */
export const isMixed = (studies: readonly Inside[]): boolean =>
  studies.some(isTorn) || new Set(studies.map(whoOf)).size > 1

/** Everything in it is surely the patient's that it was sent for. */
export const isSure = (studies: readonly Inside[]): boolean =>
  studies.length > 0 && !isMixed(studies) && studies.every((one) => one.fits === 'yes')

export interface Choice {
  /** Entered for this patient; false leaves the study in 待匹配. */
  take: boolean
  /** Each difference that the person has looked at. */
  confirmed: readonly string[]
}

/** Which differences of the studies that are taken nobody has confirmed yet. */
export function unconfirmed(
  studies: readonly Inside[],
  choices: Readonly<Record<string, Choice>>,
): { study_uid: string; reason: string }[] {
  return studies.flatMap((study) => {
    const choice = choices[study.study_uid]
    if (!choice?.take) return []
    return study.reasons
      .filter((reason) => !choice.confirmed.includes(reason))
      .map((reason) => ({ study_uid: study.study_uid, reason }))
  })
}

/** Whether a study is taken although its files say somebody else: that needs a reason in words. */
export const needsReason = (studies: readonly Inside[], choices: Readonly<Record<string, Choice>>): boolean =>
  studies.some((one) => choices[one.study_uid]?.take && one.fits === 'no')

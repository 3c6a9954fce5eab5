/** What an ID number itself says (GB 11643): enough to ask the right question; whether it is true decides the server. */
import { dayOf } from '@/i18n/when'

export const ID_LENGTH = 18
const ADULT = 18

export function idOf(typed: string): string {
  return typed.replaceAll(/\s/g, '').toUpperCase()
}

export function digitsOf(typed: string): string {
  return typed.replaceAll(/\D/g, '')
}

export function isPhone(digits: string): boolean {
  return /^1\d{10}$/.test(digits)
}

/** Whole years on that day; undefined when the number has no date. */
export function ageOf(idNumber: string, now: number): number | undefined {
  const found = /^\d{6}(\d{4})(\d{2})(\d{2})/.exec(idNumber)
  if (!found) return undefined
  const [year, month, day] = found.slice(1).map(Number) as [number, number, number]
  const [thisYear, thisMonth, today] = dayOf(now).split('-').map(Number) as [number, number, number]
  const had = thisMonth > month || (thisMonth === month && today >= day)
  return thisYear - year - (had ? 0 : 1)
}

/** Who is of age has to agree. */
export function mustAgree(idNumber: string, now: number): boolean {
  const age = ageOf(idNumber, now)
  return age === undefined || age >= ADULT
}

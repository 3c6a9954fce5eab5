/** What an agreement means for the sessions of a day: who can book from when, and where untaken places go. Pure. */
import type { Opening, Step, Terms } from './contract'
import { clock } from './spans'
import { QUOTAS, RESERVED, type Quota } from '../quotas'
import { startOfDay } from '@/i18n/when'

const DAY_MS = 86_400_000

/** As the server's own default: down the levels, then to everybody, at noon. */
export const USUAL_CHAIN: readonly Step[] = [
  { step: 1, from_quota: 'village', to_quota: 'township', days_before: 3, at: '12:00' },
  { step: 2, from_quota: 'township', to_quota: 'county', days_before: 2, at: '12:00' },
  { step: 3, from_quota: 'county', to_quota: 'online', days_before: 1, at: '12:00' },
  { step: 4, from_quota: 'family_doctor', to_quota: 'online', days_before: 1, at: '12:00' },
]

/** The instant that is so many days before a day, at a time in Shanghai. */
export function instantOf(day: string, { days_before, at }: Opening): number {
  const [hours = 0, minutes = 0] = at.split(':').map(Number)
  return startOfDay(day).getTime() - days_before * DAY_MS + (hours * 60 + minutes) * 60_000
}

/** What the institution's limits say where an agreement says nothing. */
export function usualOpenings(limits: Readonly<Record<string, number | string>>): Record<Quota, Opening> {
  const at = clock(String(limits.opens_at ?? '07:00'))
  const of = (days: unknown): Opening => ({ days_before: Number(days), at })
  return Object.fromEntries(
    QUOTAS.map((quota) => [
      quota,
      of(quota === 'online' ? limits.opens_days_before : limits.reserved_days_before),
    ]),
  ) as Record<Quota, Opening>
}

export function onlineShare(shares: Readonly<Partial<Record<Quota, number>>>): number {
  return 100 - RESERVED.reduce((sum, quota) => sum + (shares[quota] || 0), 0)
}

/** So many places divided by the shares; halves are rounded up, what is left is online. */
export function divided(
  shares: Readonly<Partial<Record<Quota, number>>>,
  places: number,
): Record<Quota, number> {
  const cut = Object.fromEntries(QUOTAS.map((quota) => [quota, 0])) as Record<Quota, number>
  let left = places
  for (const quota of [...RESERVED].sort()) {
    cut[quota] = Math.min(Math.floor(((shares[quota] || 0) * places + 50) / 100), left)
    left -= cut[quota]
  }
  cut.online = left
  return cut
}

export type Happening =
  | { at: number; kind: 'open'; quota: Quota; places: number }
  | { at: number; kind: 'release'; quota: Quota; to: Quota; places: number; toOpensAt: number }

/** What happens, in order, to the sessions of a day with so many places of which nobody books any. */
export function courseOf(
  terms: Terms,
  usual: Readonly<Record<Quota, Opening>>,
  day: string,
  places: number,
): Happening[] {
  const held = divided(terms.shares, places)
  const opens = (quota: Quota) => instantOf(day, terms.opens[quota] ?? usual[quota])
  const found: Happening[] = QUOTAS.filter((quota) => held[quota] > 0).map((quota) => ({
    at: opens(quota),
    kind: 'open',
    quota,
    places: held[quota],
  }))
  for (const step of [...terms.chain].sort(
    (a, b) => instantOf(day, a) - instantOf(day, b) || a.step - b.step,
  )) {
    const moving = held[step.from_quota]
    if (!moving) continue
    held[step.to_quota] += moving
    held[step.from_quota] = 0
    found.push({
      at: instantOf(day, step),
      kind: 'release',
      quota: step.from_quota,
      to: step.to_quota,
      places: moving,
      toOpensAt: opens(step.to_quota),
    })
  }
  return found.sort((a, b) => a.at - b.at)
}

export type Doubt =
  | { kind: 'over'; total: number }
  | { kind: 'never-released'; quota: Quota }
  | { kind: 'released-before-open'; quota: Quota }
  | { kind: 'twice'; quota: Quota }
  | { kind: 'itself'; quota: Quota }
  | { kind: 'too-late'; quota: Quota; to: Quota }

/** What somebody who writes an agreement may not have meant. `wrong` ones are refused by the server too. */
export function doubtsOf(terms: Terms, usual: Readonly<Record<Quota, Opening>>): Doubt[] {
  const day = '2026-01-05'
  const found: Doubt[] = []
  const online = onlineShare(terms.shares)
  if (online < 0) found.push({ kind: 'over', total: 100 - online })
  const seen = new Map<Quota, Step>()
  for (const step of terms.chain) {
    if (seen.has(step.from_quota)) found.push({ kind: 'twice', quota: step.from_quota })
    seen.set(step.from_quota, step)
    if (step.from_quota === step.to_quota) found.push({ kind: 'itself', quota: step.from_quota })
  }
  for (const step of terms.chain) {
    const onward = seen.get(step.to_quota)
    if (onward && onward !== step && instantOf(day, onward) < instantOf(day, step)) {
      found.push({ kind: 'too-late', quota: step.from_quota, to: step.to_quota })
    }
  }
  for (const quota of RESERVED) {
    if (!terms.shares[quota]) continue
    const step = seen.get(quota)
    if (!step) found.push({ kind: 'never-released', quota })
    else if (instantOf(day, step) <= instantOf(day, terms.opens[quota] ?? usual[quota])) {
      found.push({ kind: 'released-before-open', quota })
    }
  }
  return found
}

const REFUSED: ReadonlySet<Doubt['kind']> = new Set(['over', 'twice', 'itself', 'too-late'])
export const isRefused = (doubt: Doubt): boolean => REFUSED.has(doubt.kind)

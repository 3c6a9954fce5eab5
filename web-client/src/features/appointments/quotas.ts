/** The quotas of a slot: their order, what is taken and left of each, and what may be changed. Pure. */
import type { Session, Slot } from './days'

export const QUOTAS = ['online', 'village', 'township', 'county', 'family_doctor', 'window'] as const
export type Quota = (typeof QUOTAS)[number]
/** Those that an agreement reserves; what they leave is online. */
export const RESERVED = QUOTAS.filter((quota) => quota !== 'online')

export interface Share {
  quota: Quota
  capacity: number
  taken: number
}

export interface Places {
  capacity: number
  booked: number
  left: number
}

export const isQuota = (name: string): name is Quota => (QUOTAS as readonly string[]).includes(name)

/** A slot's quotas in their order; undefined when they are not for this reader. */
export function sharesOf(slot: Pick<Slot, 'quotas'>): Share[] | undefined {
  return slot.quotas ? added([slot.quotas]) : undefined
}

/** A session's quotas, added up over its slots; those without places are left out. */
export function sharesOfAll(one: Pick<Session, 'slots'>): Share[] {
  return added(one.slots.map((slot) => slot.quotas ?? [])).filter((each) => each.capacity || each.taken)
}

function added(many: readonly (readonly { quota: string; capacity: number; taken: number }[])[]): Share[] {
  const found = new Map<string, Share>()
  for (const each of many.flat()) {
    if (!isQuota(each.quota)) continue
    const sum = found.get(each.quota) ?? { quota: each.quota, capacity: 0, taken: 0 }
    found.set(each.quota, {
      quota: each.quota,
      capacity: sum.capacity + each.capacity,
      taken: sum.taken + each.taken,
    })
  }
  return QUOTAS.flatMap((quota) => found.get(quota) ?? [])
}

/** How many are booked: what the ledger says where it may be seen, else what this reader cannot have. */
export function placesOf(one: Pick<Session, 'slots'>): Places {
  let capacity = 0
  let booked = 0
  for (const slot of one.slots) {
    capacity += slot.capacity
    booked += slot.quotas ? slot.quotas.reduce((sum, each) => sum + each.taken, 0) : slot.capacity - slot.free
  }
  return { capacity, booked, left: capacity - booked }
}

/** Of one quota in one slot. */
const MOST = 200

export type Split = Record<Quota, number>

/** A number out of what was typed; NaN for anything but a whole number of places. */
export function counted(typed: string): number {
  return /^\d{1,3}$/.test(typed.trim()) && Number(typed) <= MOST ? Number(typed) : Number.NaN
}

export function splitOf(quotas: Readonly<Record<string, number>> | null | undefined): Split {
  return Object.fromEntries(QUOTAS.map((quota) => [quota, quotas?.[quota] ?? 0])) as Split
}

export function sumOf(split: Readonly<Record<Quota, number>>): number {
  return QUOTAS.reduce((sum, quota) => sum + (split[quota] || 0), 0)
}

/** The quotas with fewer places than are booked, or with no number at all. */
export function wrongOf(split: Readonly<Split>, shares: readonly Share[]): Quota[] {
  return QUOTAS.filter((quota) => {
    const taken = shares.find((each) => each.quota === quota)?.taken ?? 0
    return !(split[quota] >= taken)
  })
}

/** What the pharmacy's counter asks of the server. */
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, got } from '@/api/client'
import { useLive } from '@/api/live'
import { refetch, useQuery } from '@/api/queries'
import type { components } from '@/api/schema'
import { session } from '@/features/identity/session'

type Schemas = components['schemas']
export type Redemption = Schemas['RedemptionView']
export type Held = Schemas['HeldView']
export type Match = Schemas['ChecklistView']
export type Shortage = Schemas['ShortageView']
export type RedeemBody = Schemas['RedeemBody']
export type Counted = Schemas['PortionBody']
export type Why = Schemas['AskBody']['code']

const keyed = (key: string) => ({ headers: { 'Idempotency-Key': key } })
const at = (redemption_id: string) => ({ params: { path: { redemption_id } } })

/** What this pharmacy holds and held, live. */
export function useHeld() {
  const query = useQuery({
    queryKey: ['redemptions'],
    queryFn: () => got(api.GET('/api/redemptions')),
    refetchInterval: 60_000,
  })
  useLive(
    () => (session.person?.organisation ? `redemptions:${session.person.organisation.id}` : undefined),
    ['redemptions'],
    ['redemption'],
  )
  return query
}

export function useRedemption(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: () => ['redemption', toValue(id)],
    queryFn: () => got(api.GET('/api/redemptions/{redemption_id}', at(toValue(id)))),
  })
}

/** 四查十对 as the server has it, and the codes of all ten. */
export function useChecklist() {
  const query = useQuery({
    queryKey: ['dispensing-checklist'],
    queryFn: () => got(api.GET('/api/dispensing-checklist')),
    staleTime: 60 * 60_000,
  })
  const codes = computed(() =>
    (query.data.value ?? []).flatMap((one) => one.matches.map((each) => each.code)),
  )
  return { query, codes }
}

export const redeem = (key: string, body: RedeemBody) =>
  got(api.POST('/api/redemptions', { ...keyed(key), body }))

export interface Acts {
  dispense: Schemas['DispenseBody']
  check: Schemas['CheckBody']
  unlock: Schemas['BackBody']
  'give-back': Schemas['BackBody']
  'take-back': Schemas['BackBody']
  'hand-over': Schemas['HandOverBody']
  consign: Schemas['ConsignBody']
  deliver: Schemas['TravelBody']
  substitution: Schemas['AskBody']
}
export type Act = keyof Acts

const ACTS: { [A in Act]: (key: string, id: string, body: Acts[A]) => Promise<Redemption> } = {
  dispense: (key, id, body) =>
    got(api.POST('/api/redemptions/{redemption_id}/dispense', { ...at(id), ...keyed(key), body })),
  check: (key, id, body) =>
    got(api.POST('/api/redemptions/{redemption_id}/check', { ...at(id), ...keyed(key), body })),
  unlock: (key, id, body) =>
    got(api.POST('/api/redemptions/{redemption_id}/unlock', { ...at(id), ...keyed(key), body })),
  'give-back': (key, id, body) =>
    got(api.POST('/api/redemptions/{redemption_id}/give-back', { ...at(id), ...keyed(key), body })),
  'take-back': (key, id, body) =>
    got(api.POST('/api/redemptions/{redemption_id}/take-back', { ...at(id), ...keyed(key), body })),
  'hand-over': (key, id, body) =>
    got(api.POST('/api/redemptions/{redemption_id}/hand-over', { ...at(id), ...keyed(key), body })),
  consign: (key, id, body) =>
    got(api.POST('/api/redemptions/{redemption_id}/consign', { ...at(id), ...keyed(key), body })),
  deliver: (key, id, body) =>
    got(api.POST('/api/redemptions/{redemption_id}/deliver', { ...at(id), ...keyed(key), body })),
  substitution: (key, id, body) =>
    got(api.POST('/api/redemptions/{redemption_id}/substitution', { ...at(id), ...keyed(key), body })),
}

/** One step of a redemption; every page that shows it fetches again. */
export async function act<A extends Act>(
  key: string,
  what: A,
  id: string,
  body: Acts[A],
): Promise<Redemption> {
  const done = await ACTS[what](key, id, body)
  changed()
  return done
}

export async function putBack(key: string, id: string): Promise<Redemption> {
  const done = await got(api.POST('/api/redemptions/{redemption_id}/put-back', { ...at(id), ...keyed(key) }))
  changed()
  return done
}

export async function dropQuestion(id: string): Promise<Redemption> {
  const done = await got(api.DELETE('/api/redemptions/{redemption_id}/substitution', at(id)))
  changed()
  return done
}

export const shortages = () => got(api.GET('/api/shortages'))
export const reportShortage = (key: string, body: Schemas['ShortageBody']) =>
  got(api.POST('/api/shortages', { ...keyed(key), body }))
export const endShortage = (shortage_id: string) =>
  got(api.DELETE('/api/shortages/{shortage_id}', { params: { path: { shortage_id } } }))

function changed(): void {
  refetch(['redemptions'], ['redemption'])
}

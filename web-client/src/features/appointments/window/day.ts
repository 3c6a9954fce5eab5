/** A day at the window: which day, whose bookings, in which order. */
import { computed, nextTick, onScopeDispose, ref, toValue, type MaybeRefOrGetter } from 'vue'
import type { Booking } from '../asking'
import { api, got } from '@/api/client'
import { useQuery } from '@/api/queries'
import { session } from '@/features/identity/session'
import { dayOf, startOfDay, timesOf } from '@/i18n/when'

const DAY_MS = 86_400_000
/** The service whose patients wait online, not at the window. */
export const VIDEO = 'follow_up'

export const today = (): string => dayOf(Date.now())
export const dayAfter = (day: string, days = 1): string =>
  dayOf(startOfDay(day).getTime() + days * DAY_MS + DAY_MS / 2)

export interface Group {
  key: string
  title: string
  rows: Booking[]
}

/** Groups in the order in which their first row comes. */
export function grouped(
  bookings: readonly Booking[],
  of: (one: Booking) => { key: string; title: string },
): Group[] {
  const groups = new Map<string, Group>()
  for (const one of bookings) {
    const { key, title } = of(one)
    const group = groups.get(key) ?? { key, title, rows: [] }
    group.rows.push(one)
    groups.set(key, group)
  }
  return [...groups.values()]
}

/** One group for each doctor's session. */
export const bySession = (one: Booking) => ({
  key: one.session_id,
  title: `${one.doctor.name} · ${one.doctor.department}`,
})

/** One group for each institution that patients go to. */
export const byPlace = (one: Booking) => ({
  key: one.doctor.organisation_id,
  title: one.doctor.organisation,
})

/** Whether a name or the digits of a reference contain what was typed; nothing typed matches all. */
export function matches(one: Booking, typed: string): boolean {
  const text = typed.trim()
  if (!text) return true
  const digits = text.replaceAll(/\D/g, '')
  return (
    one.patient_name.includes(text) || (digits !== '' && one.reference.replaceAll('-', '').includes(digits))
  )
}

export const HERE: ReadonlySet<string> = new Set(['checked_in', 'in_service', 'fulfilled'])
export const stands = (one: Booking): boolean => !['cancelled', 'no_show'].includes(one.status)
export const slotOf = (one: Booking): string => timesOf(one.starts_at, one.ends_at)
/** Whether the window may check this one in now; the server decides. */
export function canCheckIn(one: Booking, now: number): boolean {
  const { check_in_opens_at: from, check_in_closes_at: until } = one
  if (one.status !== 'booked' || !from || !until) return false
  return now >= Date.parse(from) && now <= Date.parse(until)
}

/** The own institution as everybody may see it: its address and telephone stand on the slip. */
export function useHouse() {
  const id = computed(() => session.person?.organisation?.id ?? '')
  return useQuery({
    queryKey: () => ['organisation', id.value],
    queryFn: () =>
      got(
        api.GET('/api/organisations/{organisation_id}', { params: { path: { organisation_id: id.value } } }),
      ),
    staleTime: 5 * 60_000,
    enabled: () => id.value !== '',
  })
}

export function useBookingsOfDay(day: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: () => ['desk', 'day', toValue(day)],
    queryFn: () => got(api.GET('/api/desk/bookings', { params: { query: { day: toValue(day) } } })),
    refetchInterval: 60_000,
  })
}

/** Prints one thing of a page and nothing else; `printed` is what is on the sheet. */
export function usePrinting<T>() {
  const printed = ref<T>()
  const over = () => (printed.value = undefined)
  addEventListener('afterprint', over)
  onScopeDispose(() => removeEventListener('afterprint', over))
  async function print(what: T): Promise<void> {
    printed.value = what as typeof printed.value
    await nextTick()
    window.print()
  }
  return { printed, print }
}

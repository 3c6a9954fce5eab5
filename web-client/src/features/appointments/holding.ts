/**
 * A place held while somebody checks their answers: taken, confirmed, given back, or run out. The server's clock decides.
 *
 * Whoever leaves the page gives the place back, so that others may have it. Not once the confirmation is under way:
 * its answer may be lost while it holds.
 */
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { noteTime, secondsLeft, useServerTime } from './clock'
import type { Booking } from './asking'
import type { Draft } from './draft'
import { useAction } from '@/api/action'
import { api, call, got } from '@/api/client'
import { asProblem, type Problem } from '@/api/problem'
import { put, refetch } from '@/api/queries'
import type { components } from '@/api/schema'

export type GivenPlace = components['schemas']['GivenPlaceView']
type Place = GivenPlace | Booking

export type HoldState =
  | 'asking' // for the place
  | 'held'
  | 'refused' // see `problem`
  | 'over' // it ran out or was given back
  | 'booked'

/** The last giving back, which the next asking waits for: one person holds one place of a day. */
let released: Promise<unknown> = Promise.resolve()

/** Where a page that is being closed notes which place it gives back: the same page may be loading anew already. */
const LEFT_AT = 'lianyi.booking.left'

/** Gives a held place back, also from a page that is being closed. */
export function release(bookingId: string): void {
  const url = new URL(`/api/bookings/${bookingId}/cancel`, location.origin)
  const headers = { 'Content-Type': 'application/json' }
  // Lost on the way: then the place goes back by itself when its time is over.
  released = call(new Request(url, { method: 'POST', body: '{}', headers, keepalive: true }))
    .then((answer) => answer.text())
    .catch(() => undefined)
    .then(() => refetch(['sessions'])) // The page gone back to may have read them while the place was held.
}

const readBooking = async (booking_id: string): Promise<Booking> => {
  const answer = await api.GET('/api/bookings/{booking_id}', { params: { path: { booking_id } } })
  noteTime(answer.response)
  return answer.data as Booking
}

export function useHold(draft: Draft) {
  const place = shallowRef<Place>()
  const state = ref<HoldState>('asking')
  const looking = shallowRef<Problem>()
  /** A place that this patient holds elsewhere that day, which stands in the way. */
  const other = shallowRef<Booking>()
  const now = useServerTime()
  let confirming = false
  let gone = false

  const take = useAction(async (key, slot_id: string, patient_id: string, diagnosed: boolean) => {
    const answer = await api.POST('/api/slots/{slot_id}/bookings', {
      params: { path: { slot_id } },
      body: { patient_id, diagnosed_in_person: diagnosed, hold: true },
      headers: { 'Idempotency-Key': key },
    })
    noteTime(answer.response)
    return answer.data as GivenPlace
  })
  const confirmation = useAction((key, booking_id: string) =>
    got(
      api.POST('/api/bookings/{booking_id}/confirm', {
        params: { path: { booking_id } },
        headers: { 'Idempotency-Key': key },
      }),
    ),
  )
  const givingBack = useAction((key, booking_id: string) =>
    got(
      api.POST('/api/bookings/{booking_id}/cancel', {
        params: { path: { booking_id } },
        body: { reason: '' },
        headers: { 'Idempotency-Key': key },
      }),
    ),
  )

  function keep(found: Place): void {
    if (gone) {
      release(found.id)
      return
    }
    place.value = found
    draft.bookingId = found.id
    state.value = found.status === 'held' ? 'held' : 'booked'
    refetch(['sessions'])
  }

  const isOurs = (found: Booking) =>
    found.status === 'held' && found.slot_id === draft.slotId && found.patient_id === draft.patientId
  const isOver = (found: Booking) => !found.expires_at || secondsLeft(found.expires_at) === 0

  /** Goes on with the place of before a reload, or asks for one. */
  async function begin(): Promise<void> {
    state.value = 'asking'
    looking.value = other.value = undefined
    await released
    const given = sessionStorage.getItem(LEFT_AT)
    if (given) {
      // A reload: wait until the place is back, else this page would go on with one that is going.
      sessionStorage.removeItem(LEFT_AT)
      if (given === draft.bookingId) draft.bookingId = ''
      release(given)
      await released
    }
    if (draft.bookingId) {
      const before = await readBooking(draft.bookingId).catch(() => undefined)
      if (before?.slot_id === draft.slotId) {
        if (before.status === 'booked' || (isOurs(before) && !isOver(before))) return keep(before)
      }
      draft.bookingId = ''
    }
    await ask()
  }

  /** Asks for the place; after a lost answer the same question again. */
  async function ask(): Promise<void> {
    state.value = 'asking'
    other.value = undefined
    const given = await take.run(draft.slotId, draft.patientId, draft.inPerson === 'yes')
    if (given) return keep(given)
    if (!(await adopt())) {
      state.value = 'refused'
      refetch(['sessions'])
    }
  }

  // The answer was lost together with its key: then the place in the way is the very one that was asked for.
  async function adopt(): Promise<boolean> {
    const problem = take.problem.value
    const id = problem?.members['booking_id']
    if (problem?.code !== 'already-booked' || typeof id !== 'string') return false
    const found = await readBooking(id).catch(() => undefined)
    if (found && isOurs(found) && !isOver(found)) {
      keep(found)
      return true
    }
    other.value = found
    return false
  }

  /** Looks what has become of the place, after a push or when its time is over. */
  async function look(): Promise<void> {
    if (state.value !== 'held' || !place.value) return
    try {
      const found = await readBooking(place.value.id)
      if (state.value !== 'held') return
      put(['booking', found.id], found)
      looking.value = undefined
      if (found.status === 'held' && !isOver(found)) place.value = found
      else if (found.status === 'booked') state.value = 'booked'
      else end()
    } catch (error) {
      looking.value = asProblem(error)
      if (left.value === 0) end()
    }
  }

  function end(): void {
    // The server clears away what ran out every few seconds; asking again must not wait for that.
    if (place.value && left.value === 0) release(place.value.id)
    state.value = 'over'
    draft.bookingId = ''
    refetch(['sessions'])
  }

  async function confirm(): Promise<Booking | undefined> {
    if (!place.value || state.value !== 'held') return undefined
    confirming = true
    const booked = await confirmation.run(place.value.id)
    if (booked) {
      state.value = 'booked'
      return booked
    }
    const problem = confirmation.problem.value
    // A definite refusal: nothing was booked. Anything else may have been.
    if (problem && !problem.passing && problem.status < 500) confirming = false
    if (problem?.code === 'hold-over') end()
    return undefined
  }

  /** True once it is given back. */
  async function giveBack(id: string | undefined = place.value?.id): Promise<boolean> {
    if (!id || !(await givingBack.run(id))) return false
    if (id === place.value?.id) end()
    refetch(['sessions'], ['waitings'])
    return true
  }

  const left = computed(() => {
    const until = place.value?.expires_at
    return until ? secondsLeft(until, now.value) : 0
  })

  function leave(): boolean {
    if (!place.value || state.value !== 'held' || confirming) return false
    release(place.value.id)
    return true
  }
  function close(): void {
    if (leave()) sessionStorage.setItem(LEFT_AT, place.value?.id ?? '')
  }
  // A page that the browser kept asleep looks what has become of its place.
  const wake = (event: PageTransitionEvent) => event.persisted && void look()
  addEventListener('pagehide', close)
  addEventListener('pageshow', wake)
  onScopeDispose(() => {
    removeEventListener('pagehide', close)
    removeEventListener('pageshow', wake)
    leave()
    gone = true
  })

  return {
    state,
    place,
    other,
    left,
    looking,
    take,
    confirmation,
    givingBack,
    begin,
    ask,
    look,
    confirm,
    giveBack,
  }
}

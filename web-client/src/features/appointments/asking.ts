/** What the booking pages ask of the server: for whom, which doctors, which sessions. */
import { computed } from 'vue'
import { BY_VIDEO, comingDays, DAYS_SHOWN } from './days'
import { api, got } from '@/api/client'
import { useLive } from '@/api/live'
import { useQuery } from '@/api/queries'
import type { components } from '@/api/schema'
import { session } from '@/features/identity/session'

export type DoctorCard = components['schemas']['DoctorView']
export type Booking = components['schemas']['BookingView']

export interface Bookable {
  id: string
  name: string
  self: boolean
  age: number | null
}

export function useFamily() {
  return useQuery({ queryKey: ['family'], queryFn: () => got(api.GET('/api/family')) })
}

/** For whom this person may book: oneself, unless here only for others, and those one acts for. */
export function useBookable() {
  const family = useFamily()
  const people = computed<Bookable[]>(() => {
    const me = session.person
    const self =
      me && me.role === 'patient' ? [{ id: me.person_id, name: me.name, self: true, age: null }] : []
    const wards = (family.data.value ?? [])
      .filter((member) => member.acts)
      .map((member) => ({ id: member.person_id, name: member.name, self: false, age: member.age }))
    return [...self, ...wards]
  })
  return { family, people }
}

/** Every doctor who may see patients online, one card for each place of work. */
export function useDoctors() {
  return useQuery({
    queryKey: ['doctors'],
    queryFn: async () =>
      (await got(api.GET('/api/doctors'))).filter((card) => card.may_practise && card.department_id),
    staleTime: 5 * 60_000,
  })
}

/** A doctor's sessions of the coming days, live: places go while one looks. */
export function useSessions(
  doctor: () => Pick<DoctorCard, 'id' | 'department_id'> | undefined,
  now: () => number,
  count: () => number = () => DAYS_SHOWN,
) {
  const days = computed(() => comingDays(now(), count()))
  const query = useQuery({
    queryKey: () => ['sessions', doctor()?.id, doctor()?.department_id, days.value[0], count()],
    keepPrevious: true,
    queryFn: () =>
      got(
        api.GET('/api/sessions', {
          params: {
            query: {
              first: days.value[0] ?? '',
              last: days.value.at(-1) ?? '',
              doctor_id: doctor()?.id ?? '',
              department_id: doctor()?.department_id ?? '',
            },
          },
        }),
      ),
    enabled: () => doctor() !== undefined,
    refetchInterval: 60_000,
  })
  useLive(() => doctor() && `sessions:${doctor()?.department_id}`, ['sessions', doctor()?.id], ['sessions'])
  return { query, days }
}

/** Every booking of the own side, latest first; by video or at a hospital. */
export function useBookings() {
  const query = useQuery({ queryKey: ['bookings'], queryFn: () => got(api.GET('/api/bookings')) })
  useLive(() => session.person && `bookings:${session.person.person_id}`, ['bookings'], ['booking'])
  return query
}

/** Those of them that are ahead at a hospital: what is by video has a visit of its own. */
export function atHospital(bookings: readonly Booking[]): Booking[] {
  return bookings
    .filter((one) => one.service !== BY_VIDEO && ['booked', 'checked_in'].includes(one.status))
    .sort((a, b) => Date.parse(a.starts_at) - Date.parse(b.starts_at))
}

/** One booking. */
export function useBooking(id: () => string | undefined) {
  return useQuery({
    queryKey: () => ['booking', id()],
    queryFn: () =>
      got(api.GET('/api/bookings/{booking_id}', { params: { path: { booking_id: id() ?? '' } } })),
    enabled: () => Boolean(id()),
  })
}

/** The nearest place like one that was lost because its session was stopped; null when there is none. */
export function useNextPlace(bookingId: () => string | undefined) {
  return useQuery({
    queryKey: () => ['sessions', 'next', bookingId()],
    queryFn: () =>
      got(api.GET('/api/offers/next-place', { params: { query: { booking_id: bookingId() ?? '' } } })),
    enabled: () => Boolean(bookingId()),
  })
}

/** The session of a booking as it is now: whether it was stopped, and why. */
export function useSessionOf(booking: () => Booking | undefined) {
  const query = useQuery({
    queryKey: () => ['sessions', booking()?.doctor.id, booking()?.day],
    queryFn: () => {
      const { day = '', doctor } = booking() ?? {}
      const found = { first: day, last: day, department_id: doctor?.department_id ?? '' }
      return got(api.GET('/api/sessions', { params: { query: found } }))
    },
    enabled: () => booking() !== undefined,
  })
  useLive(
    () => booking() && `sessions:${booking()?.doctor.department_id}`,
    ['sessions', booking()?.doctor.id],
    ['booking'],
    ['sessions'],
  )
  return computed(() => query.data.value?.find((one) => one.id === booking()?.session_id))
}

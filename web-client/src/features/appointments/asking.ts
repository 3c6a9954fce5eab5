/** What the booking pages ask of the server: for whom, which doctors, which sessions. */
import { computed } from 'vue'
import { comingDays, DAYS_SHOWN } from './days'
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
export function useSessions(doctor: () => DoctorCard | undefined, now: () => number) {
  const days = computed(() => comingDays(now()))
  const query = useQuery({
    queryKey: () => ['sessions', doctor()?.id, doctor()?.department_id, days.value[0]],
    queryFn: () =>
      got(
        api.GET('/api/sessions', {
          params: {
            query: {
              first: days.value[0] ?? '',
              last: days.value[DAYS_SHOWN - 1] ?? '',
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

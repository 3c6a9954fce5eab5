/** 候补, the waiting list, from the patient's side: joining, leaving, and an offer with its clock. */
import { computed, onScopeDispose, watch } from 'vue'
import { noteTime } from './clock'
import { useAction } from '@/api/action'
import { api, got } from '@/api/client'
import { useLive } from '@/api/live'
import { refetch, useQuery } from '@/api/queries'
import type { components } from '@/api/schema'
import { session } from '@/features/identity/session'

export type Waiting = components['schemas']['WaitingView']

/** Who waits and who was offered a place, of the own side; live, because an offer stands for half an hour only. */
export function useWaitings() {
  const query = useQuery({
    queryKey: ['waitings'],
    queryFn: async () => {
      const answer = await api.GET('/api/waitings')
      noteTime(answer.response)
      return answer.data as Waiting[]
    },
    refetchInterval: 60_000,
  })
  useLive(
    () => session.person && `bookings:${session.person.person_id}`,
    ['waitings'],
    ['bookings'],
    ['booking'],
  )
  // A place that is given back moves everybody behind it.
  const departments = computed(() =>
    [...new Set((query.data.value ?? []).map((one) => one.session.doctor.department_id))].sort().join(' '),
  )
  let stop: (() => void)[] = []
  let current = 0
  const leave = () => stop.forEach((one) => one())
  watch(
    departments,
    async (ids) => {
      const mine = ++current
      leave()
      stop = []
      if (!ids) return
      const { topics } = await import('@/rt/watching')
      if (mine !== current) return
      stop = ids.split(' ').map((id) => topics.watch(`sessions:${id}`, () => refetch(['waitings'])))
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    current++
    leave()
  })
  return query
}

export function useJoin() {
  return useAction((key, session_id: string, patient_id: string, diagnosed_in_person: boolean) =>
    got(
      api.POST('/api/sessions/{session_id}/waitings', {
        params: { path: { session_id } },
        body: { patient_id, diagnosed_in_person },
        headers: { 'Idempotency-Key': key },
      }),
    ),
  )
}

export function useLeave() {
  return useAction(async (key, waiting_id: string) => {
    await api.DELETE('/api/waitings/{waiting_id}', {
      params: { path: { waiting_id } },
      headers: { 'Idempotency-Key': key },
    })
    return true
  })
}

/** Takes an offer, or gives it up so that the next one gets it. */
export function useAnswer() {
  const accept = useAction((key, booking_id: string) =>
    got(
      api.POST('/api/bookings/{booking_id}/confirm', {
        params: { path: { booking_id } },
        headers: { 'Idempotency-Key': key },
      }),
    ),
  )
  const decline = useAction((key, booking_id: string) =>
    got(
      api.POST('/api/bookings/{booking_id}/cancel', {
        params: { path: { booking_id } },
        body: { reason: '' },
        headers: { 'Idempotency-Key': key },
      }),
    ),
  )
  return { accept, decline }
}

/** Calls about meetings, as pages make them. */
import { toValue, type MaybeRefOrGetter } from 'vue'
import { keyed } from '../remote/calls'
import type { Invited, Meeting } from './contract'
import { useAction } from '@/api/action'
import { api, got } from '@/api/client'
import { useLive } from '@/api/live'
import { put, useQuery } from '@/api/queries'

const at = (meeting_id: string) => ({ params: { path: { meeting_id } } })
export const meetingKey = (id: string) => ['meeting', id] as const

export function useMeeting(id: MaybeRefOrGetter<string>) {
  useLive(() => (toValue(id) ? `meeting:${toValue(id)}` : undefined), ['meeting'])
  return useQuery({
    queryKey: () => meetingKey(toValue(id)),
    queryFn: () => got(api.GET('/api/meetings/{meeting_id}', at(toValue(id)))),
    enabled: () => toValue(id) !== '',
    refetchInterval: 15_000,
  })
}

/** Who enters agrees to be recorded; the page has asked before. */
export const join = (id: string) =>
  got(api.POST('/api/meetings/{meeting_id}/join', { ...at(id), body: { agrees_to_recording: true } }))

export const knock = (id: string) => got(api.POST('/api/meetings/{meeting_id}/knock', at(id)))

export const invite = (key: string, id: string, body: Invited) =>
  got(api.POST('/api/meetings/{meeting_id}/invitations', { ...at(id), ...keyed(key), body }))

export const revoke = (meeting_id: string, invitation_id: string) =>
  api.DELETE('/api/meetings/{meeting_id}/invitations/{invitation_id}', {
    params: { path: { meeting_id, invitation_id } },
  })

type Deed = (key: string, id: string, person_id: string) => Promise<Meeting>
const DEEDS = {
  admit: (key, id, person_id) =>
    got(api.POST('/api/meetings/{meeting_id}/admit', { ...at(id), ...keyed(key), body: { person_id } })),
  remove: (key, id, person_id) =>
    got(api.POST('/api/meetings/{meeting_id}/remove', { ...at(id), ...keyed(key), body: { person_id } })),
  'hand-over': (key, id, person_id) =>
    got(api.POST('/api/meetings/{meeting_id}/hand-over', { ...at(id), ...keyed(key), body: { person_id } })),
  end: (key, id) => got(api.POST('/api/meetings/{meeting_id}/end', { ...at(id), ...keyed(key) })),
} as const satisfies Record<string, Deed>

/** What the chair does; the page then has the meeting as it is. */
export function useChair(id: MaybeRefOrGetter<string>) {
  return useAction(async (key: string, verb: keyof typeof DEEDS, person_id: string) => {
    put(meetingKey(toValue(id)), await (DEEDS[verb] as Deed)(key, toValue(id), person_id))
    return true
  })
}

/** Calls about meetings, as pages make them. */
import { toValue, type MaybeRefOrGetter } from 'vue'
import { keyed, open, told } from '../remote/calls'
import type { Kind, Meeting, Pass } from './contract'
import { useAction } from '@/api/action'
import { useLive } from '@/api/live'
import { put, refetch, useQuery } from '@/api/queries'

const MEETING = '/api/meetings/{id}'
const at = (id: string) => ({ params: { path: { id } } })
export const meetingKey = (id: string) => ['meeting', id] as const

export function useMeeting(id: MaybeRefOrGetter<string>) {
  useLive(() => (toValue(id) ? `meeting:${toValue(id)}` : undefined), ['meeting', toValue(id)])
  return useQuery({
    queryKey: () => meetingKey(toValue(id)),
    queryFn: () => told<Meeting>(open.GET(MEETING, at(toValue(id)))),
    enabled: () => toValue(id) !== '',
    refetchInterval: 15_000,
  })
}

/** Who enters agrees to be recorded; the page has asked before. */
export const join = (id: string) =>
  told<Pass>(open.POST(`${MEETING}/join`, { ...at(id), body: { agrees_to_recording: true } }))

export const knock = (id: string) => told<Meeting>(open.POST(`${MEETING}/knock`, { ...at(id), body: {} }))

export interface Invited {
  name: string
  kind: Kind
  organisation?: string
}
export const invite = (key: string, id: string, body: Invited) =>
  told<{ link: string }>(open.POST(`${MEETING}/invitations`, { ...at(id), ...keyed(key), body }))

export interface Acts {
  admit: { person_id: string }
  remove: { person_id: string }
  'hand-over': { person_id: string }
  end: object
}

/** What the chair does; the answer is the meeting as it is then. */
export function useChair(id: MaybeRefOrGetter<string>) {
  return useAction(async <V extends keyof Acts>(key: string, verb: V, body: Acts[V]) => {
    const now = await told<Meeting | undefined>(
      open.POST(`${MEETING}/${verb}`, { ...at(toValue(id)), ...keyed(key), body }),
    )
    if (now) put(meetingKey(toValue(id)), now)
    refetch(['meeting', toValue(id)])
    return true
  })
}

export const revoke = (id: string, invitation: string) =>
  open.DELETE(`${MEETING}/invitations/{invitation}`, { params: { path: { id, invitation } } })

/** The person's messages in the app and how many are unread; live. */
import { api, got } from '@/api/client'
import { useLive } from '@/api/live'
import { useQuery } from '@/api/queries'
import type { components } from '@/api/schema'
import { session } from '@/features/identity/session'

export type Notice = components['schemas']['NoticeView']

export function useInbox() {
  const query = useQuery({ queryKey: ['inbox'], queryFn: () => got(api.GET('/api/inbox')) })
  useLive(() => session.person && `inbox:${session.person.person_id}`, ['inbox'])
  return query
}

/** Where a message leads: to the visit or the booking it is about; of a stopped session to the booking, which offers another. */
export function placeOf(notice: Notice, forStaff?: boolean): string | undefined {
  const { visit_id: visit, booking_id: booking } = notice.links
  if (forStaff) return visit && `/staff/visits/${visit}`
  if (booking && (!visit || notice.template.includes('stopped'))) return `/bookings/${booking}`
  if (!visit) return undefined
  if (notice.template === 'visit-called') return `/visits/${visit}/call`
  return `/visits/${visit}`
}

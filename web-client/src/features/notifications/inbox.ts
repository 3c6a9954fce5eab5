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

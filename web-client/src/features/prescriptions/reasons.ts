/** The coded reasons of reviewing, as the server lists them. */
import type { Reason } from './contract'
import { api, got } from '@/api/client'
import { useQuery } from '@/api/queries'
import { shown } from '@/view/settings'

export type Reasons = Record<'return' | 'reject' | 'sample', Reason[]>

export function useReasons() {
  return useQuery({
    queryKey: ['review-reasons'],
    queryFn: async () => (await got(api.GET('/api/review-reasons'))) as Reasons,
    staleTime: Infinity,
  })
}

export const reasonText = (reason: Reason) => (shown.language === 'en' ? reason.en : reason.zh)

/** The words for a coded return or rejection. */
export function useReasonWord(): (code: string) => string {
  const query = useReasons()
  return (code) => {
    const all = query.data.value
    const found = [...(all?.return ?? []), ...(all?.reject ?? [])].find((one) => one.code === code)
    return found ? reasonText(found) : ''
  }
}

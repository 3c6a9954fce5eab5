/** The coded reasons of reviewing, as the server lists them. */
import { told } from './calls'
import { useQuery } from '@/api/queries'
import { api } from '@/api/client'
import { shown } from '@/view/settings'

export interface Reason {
  code: string
  zh: string
  en: string
}
export type Reasons = Record<'return' | 'reject' | 'sample', Reason[]>
const loose = api as unknown as { GET: (path: string) => Promise<{ data?: unknown }> }

export function useReasons() {
  return useQuery({
    queryKey: ['review-reasons'],
    queryFn: () => told<Reasons>(loose.GET('/api/review-reasons')),
    staleTime: Infinity,
  })
}

export const reasonText = (reason: Reason) => (shown.language === 'en' ? reason.en : reason.zh)

export function useReasonWord(kind: keyof Reasons): (code: string) => string {
  const query = useReasons()
  return (code) => {
    const all = query.data.value
    const found = all?.[kind].find((one) => one.code === code) ?? all?.reject.find((one) => one.code === code)
    return found ? reasonText(found) : ''
  }
}

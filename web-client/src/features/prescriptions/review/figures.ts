/** Figures of reviewing and the post-review samples. */
import { told } from '../calls'
import { api } from '@/api/client'

type Loose = Record<'GET' | 'POST', (path: string, wanted?: object) => Promise<{ data?: unknown }>>
const loose = api as unknown as Loose

export interface RuleFigure {
  rule: string
  shown: number
  overridden: number
  fatigue: boolean
}
export interface Figures {
  decided: number
  returned: number
  rejected: number
  return_rate: number | null
  turnaround_p50_s: number | null
  turnaround_p90_s: number | null
  overridden: RuleFigure[]
  waiting: number
  today: number
  notice_at: number
  notice: boolean
}
export const LOTS = ['any', 'long_term', 'overridden', 'herbal'] as const
export type Lot = (typeof LOTS)[number]
export interface Sampled {
  id: string
  prescription_id: string
  number: string
  rule: Lot
  drawn_at: string
  signed_at: string | null
  verdict: 'suitable' | 'unsuitable' | null
  codes: string[]
  text: string | null
  judged_at: string | null
  judged_by: string | null
  may_judge: boolean
}
export interface Drawn {
  approved: number
  drawn: number
}

export const figures = (first: string, last: string) =>
  told<Figures>(loose.GET('/api/review-figures', { params: { query: { first, last } } }))

export const samples = () => told<Sampled[]>(loose.GET('/api/post-reviews'))

const keyed = (key: string, body: object) => ({ headers: { 'Idempotency-Key': key }, body })

export const drawSample = (key: string, body: { first: string; last: string; size?: number; rule: Lot }) =>
  told<Drawn>(loose.POST('/api/post-reviews/sample', keyed(key, body)))

export const judge = (key: string, id: string, body: { verdict: string; codes: string[]; text: string }) =>
  told<Sampled>(loose.POST('/api/post-reviews/{id}', { ...keyed(key, body), params: { path: { id } } }))

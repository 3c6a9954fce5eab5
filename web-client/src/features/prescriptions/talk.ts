/** The talk between pharmacist and doctor about one prescription. */
import { told } from './calls'
import { api } from '@/api/client'

export interface Message {
  id: string
  at: string
  author: string
  own: boolean
  text: string
}
type Loose = Record<'GET' | 'POST', (path: string, wanted: object) => Promise<{ data?: unknown }>>
const loose = api as unknown as Loose
const at = (id: string) => ({ params: { path: { id } } })

export const said = (id: string) => told<Message[]>(loose.GET('/api/prescriptions/{id}/messages', at(id)))

export const say = (key: string, id: string, text: string) =>
  told<Message>(
    loose.POST('/api/prescriptions/{id}/messages', {
      ...at(id),
      headers: { 'Idempotency-Key': key },
      body: { text },
    }),
  )

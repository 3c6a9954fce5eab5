/** What the server says of an upload by page, and the calls about it. */
import { api, got } from '@/api/client'
import { sendBytes } from '@/api/upload'
import type { components } from '@/api/schema'

export type Arrival = components['schemas']['ArrivalView']
export type Outcome = components['schemas']['ArrivedFileView']
export type Inside = components['schemas']['ArrivedStudyView']
export type Finish = components['schemas']['ArrivalFinishBody']

const at = (arrival_id: string) => ({ params: { path: { arrival_id } } })

export interface For {
  patient_id?: string
  order_id?: string
}

export const begin = (whom: For): Promise<Arrival> => got(api.POST('/api/imaging/arrivals', { body: whom }))

export const sendOne = (
  id: string,
  file: File,
  name: string,
  told: (bytes: number) => void,
  signal: AbortSignal,
): Promise<{ outcomes: Outcome[] }> =>
  sendBytes('POST', `/api/imaging/arrivals/${id}/files`, new Blob([file]), {
    told,
    signal,
    headers: { 'X-File-Name': encodeURIComponent(name.slice(-200)) },
  })

export const unpack = (id: string, upload_id: string): Promise<{ outcomes: Outcome[] }> =>
  got(api.POST('/api/imaging/arrivals/{arrival_id}/from-upload', { ...at(id), body: { upload_id } }))

export const look = (id: string): Promise<Inside[]> =>
  got(api.POST('/api/imaging/arrivals/{arrival_id}/check', at(id)))

export const finish = (key: string, id: string, body: Finish) =>
  got(
    api.POST('/api/imaging/arrivals/{arrival_id}/finish', {
      ...at(id),
      headers: { 'Idempotency-Key': key },
      body,
    }),
  )

export const withdraw = (id: string) => api.DELETE('/api/imaging/arrivals/{arrival_id}', at(id))

/** Calls about opinions and reports, as pages make them. */
import { toValue, type MaybeRefOrGetter } from 'vue'
import { keyed } from '../remote/calls'
import type { Desk, Draft, Report, Said, Sort } from './contract'
import { api, got } from '@/api/client'
import { useQuery } from '@/api/queries'
import { sendFile } from '@/api/upload'
import { uploadPath } from '@/features/records/papers'

const at = (request_id: string) => ({ params: { path: { request_id } } })
const OPINION = '/api/remote-requests/{request_id}/opinions'
const SUMMARY = '/api/remote-requests/{request_id}/summary'
export const deskKey = (id: string) => ['remote-opinions', id] as const

export const useDesk = (id: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: () => deskKey(toValue(id)),
    queryFn: () => got(api.GET(OPINION, at(toValue(id)))) as Promise<Desk>,
    refetchInterval: 20_000,
  })

export function saveSaid(id: string, sort: Sort, version: number, said: Said): Promise<Draft> {
  const asked = { ...at(id), body: { version, ...said } }
  return got(sort === 'opinion' ? api.PUT(OPINION, asked) : api.PUT(SUMMARY, asked)) as Promise<Draft>
}

export function signSaid(key: string, id: string, sort: Sort, version: number) {
  const asked = { ...at(id), ...keyed(key), body: { version } }
  return got(sort === 'opinion' ? api.POST(`${OPINION}/sign`, asked) : api.POST(`${SUMMARY}/sign`, asked))
}

export function amendSaid(key: string, id: string, sort: Sort, said: Said, reason: string) {
  const asked = { ...at(id), ...keyed(key), body: { ...said, reason } }
  return got(sort === 'opinion' ? api.POST(`${OPINION}/amend`, asked) : api.POST(`${SUMMARY}/amend`, asked))
}

export const useReport = (id: MaybeRefOrGetter<string>, edition: MaybeRefOrGetter<number | undefined>) =>
  useQuery({
    queryKey: () => ['remote-report', toValue(id), toValue(edition)],
    queryFn: () =>
      got(
        api.GET('/api/remote-requests/{request_id}/report', {
          params: { path: { request_id: toValue(id) }, query: { edition: toValue(edition) } },
        }),
      ) as Promise<Report>,
    keepPrevious: true,
  })

export const reportPdf = (id: string, edition: number) =>
  `/api/remote-requests/${id}/report.pdf?edition=${edition}`

/** A key image becomes a file of the record. */
export async function keepFigure(patientId: string, blob: Blob): Promise<string> {
  const file = new File([blob], 'figure.jpg', { type: blob.type || 'image/jpeg' })
  const path = uploadPath(patientId, 'remote_material')
  return (await sendFile<{ id: string }>(path, file, crypto.randomUUID(), () => undefined).done).id
}

/** Calls about opinions and reports, as pages make them. */
import { toValue, type MaybeRefOrGetter } from 'vue'
import { keyed, open, told } from '../remote/calls'
import type { Desk, Draft, Report, Said, Sort } from './contract'
import { useQuery } from '@/api/queries'
import { sendFile } from '@/api/upload'
import { uploadPath, type PaperKind } from '@/features/records/papers'

const REQUEST = '/api/remote-requests/{id}'
const at = (id: string) => ({ params: { path: { id } } })
const PART: Readonly<Record<Sort, string>> = { opinion: 'opinions', summary: 'summary' }
export const deskKey = (id: string) => ['remote-opinions', id] as const

export const useDesk = (id: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: () => deskKey(toValue(id)),
    queryFn: () => told<Desk>(open.GET(`${REQUEST}/opinions`, at(toValue(id)))),
    refetchInterval: 20_000,
  })

export const saveSaid = (id: string, sort: Sort, version: number, said: Said) =>
  told<Draft>(open.PUT(`${REQUEST}/${PART[sort]}`, { ...at(id), body: { version, ...said } }))

export const signSaid = (key: string, id: string, sort: Sort, version: number) =>
  told<{ edition: number | null }>(
    open.POST(`${REQUEST}/${PART[sort]}/sign`, { ...at(id), ...keyed(key), body: { version } }),
  )

export const amendSaid = (key: string, id: string, sort: Sort, said: Said, reason: string) =>
  told<{ edition: number | null }>(
    open.POST(`${REQUEST}/${PART[sort]}/amend`, { ...at(id), ...keyed(key), body: { ...said, reason } }),
  )

export const useReport = (id: MaybeRefOrGetter<string>, edition: MaybeRefOrGetter<number | undefined>) =>
  useQuery({
    queryKey: () => ['remote-report', toValue(id), toValue(edition)],
    queryFn: () =>
      told<Report>(
        open.GET(`${REQUEST}/report`, {
          params: { path: { id: toValue(id) }, query: { edition: toValue(edition) } },
        }),
      ),
    keepPrevious: true,
  })

export const reportPdf = (id: string, edition: number) =>
  `/api/remote-requests/${id}/report.pdf?edition=${edition}`

/** A key image becomes a file of the record. */
export async function keepFigure(patientId: string, blob: Blob): Promise<string> {
  const file = new File([blob], 'figure.jpg', { type: blob.type || 'image/jpeg' })
  const path = uploadPath(patientId, 'remote_material' as PaperKind)
  return (await sendFile<{ id: string }>(path, file, crypto.randomUUID(), () => undefined).done).id
}

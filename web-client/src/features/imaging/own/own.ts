/** A patient's examinations and their reports. */
import type { Order } from '../contract'
import { api, got } from '@/api/client'
import { useQuery } from '@/api/queries'
import type { components } from '@/api/schema'
import { t } from '@/i18n/words/film'

export type Version = components['schemas']['ImagingReportVersionView']

export const useOwnReports = () =>
  useQuery({
    queryKey: ['own-imaging'],
    queryFn: async () => (await got(api.GET('/api/imaging/orders'))).items,
  })

export const useOwnReport = (id: () => string) =>
  useQuery({
    queryKey: () => ['own-imaging', id()],
    queryFn: () => got(api.GET('/api/imaging/orders/{order_id}', { params: { path: { order_id: id() } } })),
    staleTime: 0,
  })

export const useOwnVersions = (id: () => string, enabled: () => boolean) =>
  useQuery({
    queryKey: () => ['own-imaging', id(), 'versions'],
    queryFn: () =>
      got(
        api.GET('/api/imaging/orders/{order_id}/report/versions', { params: { path: { order_id: id() } } }),
      ),
    enabled,
    staleTime: 0,
  })

const THERE = new Set(['returned', 'acknowledged', 'amended'])
/** Whether a report has reached the patient. */
export const isThere = (order: Pick<Order, 'status'>): boolean => THERE.has(order.status)

export function modalityOf(code: string): string {
  const key = `modality.${code.split('\\')[0] ?? ''}`
  return t(t.has(key) ? (key as 'modality.CT') : 'modality.other')
}

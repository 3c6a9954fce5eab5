/** Calls about orders: what was asked for, how it stands, and what the institution that asked does. */
import type { Order } from '../contract'
import { useAction } from '@/api/action'
import { api, got } from '@/api/client'
import { useLive } from '@/api/live'
import { put, refetch, useQuery } from '@/api/queries'
import type { components } from '@/api/schema'

export type NewOrder = components['schemas']['NewImagingOrderBody']
export type Recognisable = components['schemas']['RecognisedResultView']

const at = (order_id: string) => ({ params: { path: { order_id } } })
const keyed = (key: string) => ({ headers: { 'Idempotency-Key': key } })

export const oneOrder = (id: string): Promise<Order> => got(api.GET('/api/imaging/orders/{order_id}', at(id)))

export function useOrder(id: () => string) {
  const query = useQuery({
    queryKey: () => ['imaging-order', id()],
    queryFn: () => oneOrder(id()),
    enabled: () => id() !== '',
    staleTime: 0,
  })
  useLive(() => `imaging-order:${id()}`, ['imaging-order'], ['imaging-report'], ['imaging-critical'])
  return query
}

/** The orders of the own institution, the newest page. */
export function useOrders() {
  return useQuery({
    queryKey: ['imaging-orders', 'here'],
    queryFn: async () => (await got(api.GET('/api/imaging/orders'))).items,
    refetchInterval: 30_000,
  })
}

export const ordersOf = async (patient_id: string): Promise<Order[]> =>
  (await got(api.GET('/api/imaging/orders', { params: { query: { patient_id } } }))).items

/** After a step: whatever shows this order asks again. */
export function moved(id: string): void {
  refetch(
    ['imaging-order', id],
    ['imaging-orders'],
    ['imaging-worklist'],
    ['imaging-desk'],
    ['imaging-critical'],
    ['imaging-report', id],
  )
}

/** What a step gives is the order as it stands now. */
function took(order: Order): Order {
  moved(order.id)
  put(['imaging-order', order.id], order)
  return order
}

export const usePlace = () =>
  useAction(async (key, body: NewOrder) =>
    took(await got(api.POST('/api/imaging/orders', { ...keyed(key), body }))),
  )

export function useRecognisable(patient: () => string, modality: () => string, part: () => string) {
  return useQuery({
    queryKey: () => ['imaging-recognisable', patient(), modality(), part()],
    queryFn: () =>
      got(
        api.GET('/api/imaging/recognitions', {
          params: { query: { patient_id: patient(), modality: modality(), body_part: part() } },
        }),
      ),
    enabled: () => Boolean(patient() && modality() && part()),
    staleTime: 0,
  })
}

export const useAccept = () =>
  useAction(async (key, report_id: string) => {
    const answer = await got(api.POST('/api/imaging/recognitions', { ...keyed(key), body: { report_id } }))
    refetch(['imaging-orders'], ['imaging-recognisable'])
    return answer
  })

export const useCancel = () =>
  useAction(async (key, id: string, code: string, text: string) =>
    took(
      await got(
        api.POST('/api/imaging/orders/{order_id}/cancel', { ...at(id), ...keyed(key), body: { code, text } }),
      ),
    ),
  )

export const useAcquired = () =>
  useAction(async (key, id: string) =>
    took(await got(api.POST('/api/imaging/orders/{order_id}/acquired', { ...at(id), ...keyed(key) }))),
  )

export const useAcknowledge = () =>
  useAction(async (key, id: string) =>
    took(await got(api.POST('/api/imaging/orders/{order_id}/acknowledge', { ...at(id), ...keyed(key) }))),
  )

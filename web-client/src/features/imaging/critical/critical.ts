/** Critical values: opened by the radiologist, called in, acknowledged by name where the patient is. */
import { took } from '../orders/calls'
import { useAction } from '@/api/action'
import { api, got } from '@/api/client'
import { refetch, useQuery } from '@/api/queries'
import type { components } from '@/api/schema'

export type CriticalRow = components['schemas']['ImagingCriticalView']
export type Call = components['schemas']['ImagingCallBackBody']

const at = (order_id: string) => ({ params: { path: { order_id } } })
const keyed = (key: string) => ({ headers: { 'Idempotency-Key': key } })

export const useCriticals = () =>
  useQuery({
    queryKey: ['imaging-critical'],
    queryFn: () => got(api.GET('/api/imaging/critical')),
    refetchInterval: 20_000,
  })

export const useOpenCritical = () =>
  useAction(async (key, id: string, code: string, text: string) =>
    took(await got(api.POST('/api/imaging/orders/{order_id}/critical', { ...at(id), ...keyed(key), body: { code, text } }))),
  )

export const useCallBack = () =>
  useAction(async (key, id: string, body: Call) => {
    const order = took(
      await got(api.POST('/api/imaging/orders/{order_id}/critical/call-back', { ...at(id), ...keyed(key), body })),
    )
    refetch(['imaging-critical'])
    return order
  })

export const useAcknowledgeCritical = () =>
  useAction(async (key, id: string, name: string) => {
    const order = took(
      await got(
        api.POST('/api/imaging/orders/{order_id}/critical/acknowledge', {
          ...at(id),
          ...keyed(key),
          body: { name },
        }),
      ),
    )
    refetch(['imaging-critical'])
    return order
  })

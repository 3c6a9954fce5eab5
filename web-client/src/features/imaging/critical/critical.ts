/** Critical values: opened by the radiologist, called in, acknowledged by name where the patient is. */
import { moved } from '../orders/calls'
import { useAction } from '@/api/action'
import { api, got } from '@/api/client'
import { useQuery } from '@/api/queries'
import type { components } from '@/api/schema'

export type CriticalValue = components['schemas']['CriticalValueView']
export type Call = components['schemas']['CallBackBody']

const at = (order_id: string) => ({ params: { path: { order_id } } })
const keyed = (key: string) => ({ headers: { 'Idempotency-Key': key } })
const CRITICAL = '/api/imaging/orders/{order_id}/critical'

/** Those that concern the own institution; settled ones too where the page asks for them. */
export const useCriticals = (unsettled: () => boolean) =>
  useQuery({
    queryKey: () => ['imaging-critical', unsettled()],
    queryFn: () => got(api.GET('/api/imaging/critical', { params: { query: { unsettled: unsettled() } } })),
    refetchInterval: 20_000,
    keepPrevious: true,
  })

async function step(id: string, answer: Promise<{ data?: CriticalValue }>): Promise<CriticalValue> {
  try {
    return await got(answer)
  } finally {
    moved(id)
  }
}

export const useOpenCritical = () =>
  useAction((key, id: string, code: string, text: string) =>
    step(id, api.POST(CRITICAL, { ...at(id), ...keyed(key), body: { code, text } })),
  )

export const useCallBack = () =>
  useAction((key, id: string, body: Call) =>
    step(id, api.POST(`${CRITICAL}/call-back`, { ...at(id), ...keyed(key), body })),
  )

export const useAcknowledgeCritical = () =>
  useAction((key, id: string, name: string) =>
    step(id, api.POST(`${CRITICAL}/acknowledge`, { ...at(id), ...keyed(key), body: { name } })),
  )

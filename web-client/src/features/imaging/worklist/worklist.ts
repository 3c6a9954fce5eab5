/** The worklist of a reading department: filters, pages by key, the next one, claims. */
import { computed, shallowRef, watch } from 'vue'
import { moved } from '../orders/calls'
import { useAction } from '@/api/action'
import { api, got } from '@/api/client'
import { useLive } from '@/api/live'
import { useQuery } from '@/api/queries'
import type { components } from '@/api/schema'
import { session } from '@/features/identity/session'

export type Page = components['schemas']['ImagingWorklistView']
export type Row = Page['items'][number]
export type Shelf = 'queued' | 'preliminary' | 'mine' | 'reported'
export interface Filters {
  shelf: Shelf
  modality: string
  urgency: '' | 'emergency' | 'ordinary'
}

const asked = (filters: Filters, after?: string) => ({
  state: filters.shelf,
  modality: filters.modality || undefined,
  urgency: filters.urgency || undefined,
  after,
})
const page = (filters: Filters, after?: string): Promise<Page> =>
  got(api.GET('/api/imaging/worklist', { params: { query: asked(filters, after) } }))

export function useWorklist(filters: () => Filters) {
  const first = useQuery({
    queryKey: () => ['imaging-worklist', filters()],
    queryFn: () => page(filters()),
    refetchInterval: 30_000,
    keepPrevious: true,
  })
  useLive(() => {
    const place = session.person?.organisation
    return place ? `imaging-worklist:${place.id}` : undefined
  }, ['imaging-worklist'])
  const further = shallowRef<Row[]>([])
  const next = shallowRef<string | null>()
  // Whatever changes before them, later pages are asked for anew.
  watch(
    () => first.data.value,
    (data) => {
      further.value = []
      next.value = data?.next ?? null
    },
    { immediate: true },
  )
  const more = useAction(async () => {
    const some = await page(filters(), next.value ?? undefined)
    further.value = [...further.value, ...some.items]
    next.value = some.next
    return true
  })
  const rows = computed(() => [...(first.data.value?.items ?? []), ...further.value])
  return { query: first, rows, more, hasMore: computed(() => Boolean(next.value)) }
}

export const useNext = () =>
  useAction(async (key, filters: Filters) => {
    const body = {
      state: filters.shelf === 'preliminary' ? ('preliminary' as const) : ('queued' as const),
      modality: filters.modality || null,
      urgency: filters.urgency || null,
    }
    const order = await got(
      api.POST('/api/imaging/worklist/next', { headers: { 'Idempotency-Key': key }, body }),
    )
    moved(order.id)
    return order
  })

type Plain =
  | '/api/imaging/orders/{order_id}/claim'
  | '/api/imaging/orders/{order_id}/renew-claim'
  | '/api/imaging/orders/{order_id}/release'

/** A step without words. A refusal fetches anew too: somebody else was faster. */
function plain(path: Plain) {
  return useAction(async (key, order_id: string) => {
    try {
      const headers = { 'Idempotency-Key': key }
      return await got(api.POST(path, { params: { path: { order_id } }, headers }))
    } finally {
      moved(order_id)
    }
  })
}
export const useClaim = () => plain('/api/imaging/orders/{order_id}/claim')
export const useRenew = () => plain('/api/imaging/orders/{order_id}/renew-claim')
export const useRelease = () => plain('/api/imaging/orders/{order_id}/release')

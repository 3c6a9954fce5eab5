/** What the server says of orders; shapes only. */
import type { components } from '@/api/schema'

export type Order = components['schemas']['ImagingOrderView']
export type Status = Order['status']
export type Coded = components['schemas']['ImagingCodedView']

/** As the band over a page takes it. */
export const sexOf = (sex: string | null | undefined): 'male' | 'female' | 'unknown' =>
  sex === 'male' || sex === 'female' ? sex : 'unknown'

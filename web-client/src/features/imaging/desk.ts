/** Which parts of imaging are this person's, and what waits in each. */
import { useQuery } from '@/api/queries'
import { api, got } from '@/api/client'
import type { components } from '@/api/schema'
import { may, type Role } from '@/features/identity/session'

export type Desk = components['schemas']['ImagingDeskView']

export interface Part {
  to: string
  word:
    | 'part.orders'
    | 'part.uploads'
    | 'part.unmatched'
    | 'part.worklist'
    | 'part.critical'
    | 'part.figures'
    | 'part.devices'
  count?: number | undefined
}

export function useDesk() {
  return useQuery({
    queryKey: ['imaging-desk'],
    queryFn: () => got(api.GET('/api/imaging/desk')),
    enabled: () => may('imaging.order'),
    refetchInterval: 60_000,
  })
}

/** The parts that a role has; who reads for others has the worklist first. */
export function partsFor(role: Role | undefined, desk: Desk | undefined): Part[] {
  const figures: Part = { to: '/staff/imaging/figures', word: 'part.figures' }
  if (role === 'administrator') return [{ to: '/staff/imaging/devices', word: 'part.devices' }, figures]
  if (role === 'regulator') return [figures]
  const clinical: Part[] = [
    { to: '/staff/imaging', word: 'part.orders', count: desk?.returned },
    { to: '/staff/imaging/uploads', word: 'part.uploads' },
    { to: '/staff/imaging/unmatched', word: 'part.unmatched', count: desk?.unmatched },
    { to: '/staff/imaging/critical', word: 'part.critical', count: desk?.critical },
  ]
  if (!desk?.reads) return clinical
  return [{ to: '/staff/imaging/worklist', word: 'part.worklist', count: desk.waiting }, ...clinical, figures]
}

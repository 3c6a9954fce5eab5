/** Whether a series can be cut anew in other planes: enough parallel slices that lie evenly in space. Pure. */
import type { Role } from '@/features/identity/session'
import { directions, slicesOf, type SeriesView } from '@/imaging/study'

const LEAST = 8

/** Where the viewer stands: who looks (nobody known: a film link or a guest), with which tools, and on what. */
export interface Looking {
  role: Role | undefined
  full: boolean
  shared: boolean
  desk: boolean
}

/** 专业阅片 is a doctor's, at a desk with a mouse; in a meeting everybody sees the same light viewer. */
export function offersPlanes({ role, full, shared, desk }: Looking): boolean {
  return role === 'doctor' && full && !shared && desk
}

export function canReconstruct(series: SeriesView | undefined): boolean {
  if (!series) return false
  const slices = slicesOf(series)
  const first = slices[0]
  if (slices.length < LEAST || !first?.instance.pixel_spacing || !directions(first.instance)) return false
  const { rows, columns } = first.instance
  return slices.every(
    ({ along, position, instance }) =>
      along !== undefined &&
      position !== undefined &&
      instance.samples === 1 &&
      instance.rows === rows &&
      instance.columns === columns,
  )
}

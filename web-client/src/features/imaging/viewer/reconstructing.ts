/** Whether a series can be cut anew in other planes: enough parallel slices that lie evenly in space. Pure. */
import { directions, slicesOf, type SeriesView } from '@/imaging/study'

const LEAST = 8

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

/**
 * A stack of slices as one block of values in the patient: loaded through our own engine's requests, never by a DICOM loader.
 * Pure but for the loading.
 */
import { HttpTransport, type Ask } from '@/imaging/transport'
import { cross, directions, dot, slicesOf, type SeriesView, type Slice, type Triple } from '@/imaging/study'

export interface Block {
  values: Int16Array
  dimensions: [columns: number, rows: number, slices: number]
  spacing: [x: number, y: number, z: number]
  origin: [number, number, number]
  /** Row, column and slice direction, one after the other. */
  direction: [number, number, number, number, number, number, number, number, number]
}

export class TooLarge extends Error {}

const MOST_BYTES = 1024 ** 3
const AT_ONCE = 6

/** Slices in the order of the stack's normal, from its lower end. */
export function ordered(series: SeriesView): Slice[] {
  return slicesOf(series).sort((a, b) => (a.along ?? 0) - (b.along ?? 0))
}

/** Where the block lies and how it is spaced; slices that are not evenly apart are taken at their mean distance. */
export function frameOf(slices: readonly Slice[]): Omit<Block, 'values'> | undefined {
  const [first, last] = [slices[0], slices.at(-1)]
  const known = first && directions(first.instance)
  const [down, across] = first?.instance.pixel_spacing ?? []
  const [x, y, z] = first?.position ?? []
  if (!first || !last || !known || !down || !across) return undefined
  if (x === undefined || y === undefined || z === undefined) return undefined
  const [row, column] = known
  const normal: Triple = cross(row, column)
  const distance = ((last.along ?? 0) - (first.along ?? 0)) / Math.max(1, slices.length - 1)
  if (!(distance > 0) || Math.abs(dot(normal, normal) - 1) > 0.01) return undefined
  return {
    dimensions: [first.instance.columns, first.instance.rows, slices.length],
    spacing: [across, down, distance],
    origin: [x, y, z],
    direction: [...row, ...column, ...normal],
  }
}

/** Values in the picture's unit, whole numbers: HU fit into 16 bits. */
function into(
  block: Int16Array,
  at: number,
  raster: { values: ArrayLike<number>; slope: number; intercept: number },
): void {
  const { values, slope, intercept } = raster
  for (let i = 0; i < values.length; i++) {
    block[at + i] = Math.max(-32768, Math.min(32767, Math.round((values[i] as number) * slope + intercept)))
  }
}

/** Raises TooLarge, or the Problem of a refusal. */
export async function loadBlock(
  series: SeriesView,
  ask: Ask,
  told: (done: number, of: number) => void,
  signal: AbortSignal,
): Promise<Block | undefined> {
  const slices = ordered(series)
  const frame = frameOf(slices)
  if (!frame) return undefined
  const size = frame.dimensions[0] * frame.dimensions[1]
  if (size * slices.length * 2 > MOST_BYTES) throw new TooLarge()
  const values = new Int16Array(size * slices.length)
  const transport = new HttpTransport(ask)
  let next = 0
  let done = 0
  const carry = async (): Promise<void> => {
    for (let i = next++; i < slices.length; i = next++) {
      into(values, i * size, await transport.pixels(slices[i] as Slice, signal))
      told(++done, slices.length)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, carry))
  return { ...frame, values }
}

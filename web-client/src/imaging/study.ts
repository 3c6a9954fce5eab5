/**
 * A study as the viewer gets it from `GET /api/imaging/studies/{id}`, and the slices of a series in the order they are shown.
 *
 * Places in a picture are image pixels, x to the right and y down, (0, 0) the outer corner of the first pixel: the middle of
 * that pixel is (0.5, 0.5). Frames count from 1.
 */
import type { CurveView } from './curves'

export type Photometric = 'MONOCHROME1' | 'MONOCHROME2' | 'RGB' | (string & {})
export type Window = readonly [centre: number, width: number]
export type Triple = readonly [number, number, number]

/** What one frame of a file with many says for itself, where it differs. */
export interface FrameView {
  position: readonly number[] | null
  slope: number | null
  intercept: number | null
  windows: readonly WindowView[] | null
}

export type VoiFunction = 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID'
export type WindowView = readonly [centre: number, width: number, name?: string]

export interface InstanceView {
  id: string
  sop_uid: string
  number: number | null
  frames: number
  rows: number
  columns: number
  photometric: Photometric
  samples: number
  bits: number
  signed: boolean
  /** Millimetres from row to row, then from column to column. */
  pixel_spacing: readonly number[] | null
  slice_location: number | null
  thickness: number | null
  position: readonly number[] | null
  orientation: readonly number[] | null
  slope: number
  intercept: number
  unit: string | null
  windows: readonly WindowView[]
  /** How a window is applied (PS3.3 C.11.2.1.2); LINEAR when left out. */
  voi_function?: VoiFunction
  /** The first comes before any window. */
  curves?: readonly CurveView[] | null
  lossy: boolean
  kind: 'image' | 'document' | 'no_pixels' | (string & {})
  frame_time_ms?: number | null
  padding?: number | null
  each_frame?: readonly FrameView[] | null
}

export interface SeriesView {
  id: string
  uid: string
  number: number | null
  modality: string
  description: string
  instances: readonly InstanceView[]
}

export interface PriorView {
  id: string
  study_at: string | null
  description: string
  modality?: string
}

export interface StudyView {
  id: string
  patient: { name: string; sex: string; age: number | null } | null
  description: string
  study_at: string | null
  organisation: string
  modality: string
  series: readonly SeriesView[]
  priors: readonly PriorView[]
}

/** One picture of a series: a frame of an instance. */
export interface Slice {
  readonly key: string
  readonly instance: InstanceView
  readonly frame: number
  /** Millimetres along the stack's normal; undefined where the file does not say where it lies. */
  readonly along: number | undefined
  readonly position: readonly number[] | undefined
  readonly slope: number
  readonly intercept: number
  readonly windows: readonly WindowView[]
}

export const cross = (a: Triple, b: Triple): Triple => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
]
export const dot = (a: Triple, b: Triple): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

/** The directions of a row and of a column in the patient; undefined where the file does not say. */
export function directions(instance: InstanceView): readonly [row: Triple, column: Triple] | undefined {
  const [a, b, c, d, e, f] = instance.orientation ?? []
  if (a === undefined || b === undefined || c === undefined) return undefined
  if (d === undefined || e === undefined || f === undefined) return undefined
  return [
    [a, b, c],
    [d, e, f],
  ]
}

function along(instance: InstanceView, position: readonly number[] | undefined): number | undefined {
  const [row, column] = directions(instance) ?? []
  const [x, y, z] = position ?? []
  if (row && column && x !== undefined && y !== undefined && z !== undefined) {
    return dot(cross(row, column), [x, y, z])
  }
  return instance.frames === 1 ? (instance.slice_location ?? undefined) : undefined
}

function slice(instance: InstanceView, frame: number): Slice {
  const own = instance.each_frame?.[frame - 1]
  const position = own?.position ?? (instance.frames === 1 ? instance.position : null) ?? undefined
  return {
    key: `${instance.id}/${frame}`,
    instance,
    frame,
    along: along(instance, position),
    position,
    slope: own?.slope ?? instance.slope,
    intercept: own?.intercept ?? instance.intercept,
    windows: own?.windows ?? instance.windows,
  }
}

/** All pictures of a series, in the order of the instances. */
export function slicesOf(series: SeriesView): Slice[] {
  return series.instances
    .filter((instance) => instance.kind === 'image')
    .flatMap((instance) => Array.from({ length: instance.frames }, (_, i) => slice(instance, i + 1)))
}

/** Which slice of another stack lies nearest to a place; by share of the stack where places are not known. */
export function slicePairedWith(others: readonly Slice[], of: readonly Slice[], index: number): number {
  const place = of[index]?.along
  const known = others.filter((one) => one.along !== undefined)
  if (place === undefined || known.length === 0) {
    const share = of.length > 1 ? index / (of.length - 1) : 0
    return Math.round(share * Math.max(0, others.length - 1))
  }
  let best = 0
  let least = Infinity
  others.forEach((one, i) => {
    const away = one.along === undefined ? Infinity : Math.abs(one.along - place)
    if (away < least) {
      least = away
      best = i
    }
  })
  return best
}

/** Whether two stacks are cut the same way, so that going through them together says something. */
export function sameCut(one: Slice | undefined, other: Slice | undefined): boolean {
  const a = one && directions(one.instance)
  const b = other && directions(other.instance)
  if (!a || !b) return true
  return Math.abs(dot(cross(...a), cross(...b))) > 0.9
}

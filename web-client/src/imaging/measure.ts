/**
 * What a mark measures. Pure: points are image pixels, figures are millimetres where the file says how large a pixel is, and
 * pixels where it does not: a length is never guessed.
 */
import { valueAt, type Raster } from './raster'
import type { MarkKind, Point } from './sharing'
import type { InstanceView } from './study'

export interface Mark {
  readonly id: string
  readonly kind: MarkKind
  readonly points: readonly Point[]
  readonly instance: string
  readonly frame: number
  readonly text?: string
  /** A mark that lasts: who made it and when. */
  readonly by?: string
  readonly at?: string
  readonly figures?: Figures
}

export interface Figures {
  /** Length of the line, or of an ellipse's longer axis. */
  readonly length?: number
  /** Degrees. */
  readonly angle?: number
  readonly area?: number
  readonly mean?: number
  readonly sd?: number
  readonly min?: number
  readonly max?: number
  readonly pixels?: number
  readonly unit: 'mm' | 'px'
  /** Of mean, sd, min and max. */
  readonly of?: string
}

/** How many points each kind is made of. */
export const POINTS: Readonly<Record<MarkKind, number>> = {
  length: 2,
  angle: 3,
  ellipse: 2,
  arrow: 2,
  text: 1,
}

interface Scale {
  across: number
  down: number
  unit: 'mm' | 'px'
}

function scaleOf(instance: Pick<InstanceView, 'pixel_spacing'>): Scale {
  const [down, across] = instance.pixel_spacing ?? []
  return down && across ? { across, down, unit: 'mm' } : { across: 1, down: 1, unit: 'px' }
}

export function lengthOf(from: Point, to: Point, scale: Pick<Scale, 'across' | 'down'>): number {
  return Math.hypot((to[0] - from[0]) * scale.across, (to[1] - from[1]) * scale.down)
}

/** Degrees at the middle point, 0 to 180. */
export function angleOf(
  [a, b, c]: readonly [Point, Point, Point],
  scale: Pick<Scale, 'across' | 'down'>,
): number {
  const one = [(a[0] - b[0]) * scale.across, (a[1] - b[1]) * scale.down] as const
  const two = [(c[0] - b[0]) * scale.across, (c[1] - b[1]) * scale.down] as const
  const across = one[0] * two[1] - one[1] * two[0]
  const along = one[0] * two[0] + one[1] * two[1]
  return Math.abs((Math.atan2(across, along) * 180) / Math.PI)
}

/** Values of the pixels whose middles lie inside the ellipse in this box. The picture itself is needed, not a preview. */
export function ellipseFigures(
  [from, to]: readonly [Point, Point],
  raster: Raster,
): Pick<Figures, 'mean' | 'sd' | 'min' | 'max' | 'pixels'> {
  const rx = Math.abs(to[0] - from[0]) / 2
  const ry = Math.abs(to[1] - from[1]) / 2
  const cx = (from[0] + to[0]) / 2
  const cy = (from[1] + to[1]) / 2
  let count = 0
  let mean = 0
  let spread = 0
  let min = Infinity
  let max = -Infinity
  const last = Math.min(raster.rows - 1, Math.floor(cy + ry))
  for (let row = Math.max(0, Math.floor(cy - ry)); row <= last; row++) {
    const high = (row + 0.5 - cy) / ry
    const half = rx * Math.sqrt(Math.max(0, 1 - high * high))
    if (Math.abs(high) > 1) continue
    const end = Math.min(raster.columns - 1, Math.floor(cx + half - 0.5))
    for (let column = Math.max(0, Math.ceil(cx - half - 0.5)); column <= end; column++) {
      const value = valueAt(raster, column, row) as number
      count += 1
      const away = value - mean
      mean += away / count
      spread += away * (value - mean)
      if (value < min) min = value
      if (value > max) max = value
    }
  }
  if (count === 0) return { pixels: 0 }
  return { mean, sd: Math.sqrt(spread / count), min, max, pixels: count }
}

function ellipse(
  points: readonly [Point, Point],
  instance: InstanceView,
  raster: Raster | undefined,
): Figures {
  const scale = scaleOf(instance)
  const width = Math.abs(points[1][0] - points[0][0]) * scale.across
  const height = Math.abs(points[1][1] - points[0][1]) * scale.down
  const shape: Figures = { area: (Math.PI * width * height) / 4, unit: scale.unit }
  const whole = raster?.samples === 1 && raster.coarse[0] === 1 && raster.coarse[1] === 1
  return whole ? { ...shape, ...ellipseFigures(points, raster), of: instance.unit ?? '' } : shape
}

/** What this mark says about the picture; undefined for arrows, words and marks that are not finished. */
export function measured(
  mark: Mark,
  instance: InstanceView,
  raster: Raster | undefined,
): Figures | undefined {
  const [a, b, c] = mark.points
  const scale = scaleOf(instance)
  if (!a || !b) return undefined
  if (mark.kind === 'length') return { length: lengthOf(a, b, scale), unit: scale.unit }
  if (mark.kind === 'angle') return c && { angle: angleOf([a, b, c], scale), unit: scale.unit }
  if (mark.kind === 'ellipse') return ellipse([a, b], instance, raster)
  return undefined
}

const short = (value: number, digits = 1): string => value.toFixed(digits)

/** The lines that stand beside a mark. Units are signs, the same in every language. */
export function sentences(mark: Mark, figures: Figures | undefined): string[] {
  const lines: string[] = []
  if (mark.text) lines.push(mark.text)
  if (!figures) return lines
  const { unit } = figures
  if (figures.length !== undefined) lines.push(`${short(figures.length)} ${unit}`)
  if (figures.angle !== undefined) lines.push(`${short(figures.angle)}°`)
  if (figures.area !== undefined) lines.push(`${short(figures.area, unit === 'mm' ? 1 : 0)} ${unit}²`)
  if (figures.mean !== undefined && figures.sd !== undefined) {
    const of = figures.of ? ` ${figures.of}` : ''
    lines.push(`${short(figures.mean)} ± ${short(figures.sd)}${of}`)
    lines.push(`${short(figures.min ?? 0, 0)} … ${short(figures.max ?? 0, 0)}${of}`)
  }
  return lines
}

function toSegment([x, y]: Point, a: Point, b: Point): number {
  const dx = b[0] - a[0]
  const dy = b[1] - a[1]
  const length = dx * dx + dy * dy
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - a[0]) * dx + (y - a[1]) * dy) / length))
  return Math.hypot(x - a[0] - t * dx, y - a[1] - t * dy)
}

/** How far a point lies from a mark, in image pixels; 0 inside a small ellipse's rim is never 0 in its middle. */
export function distanceTo(mark: Mark, at: Point): number {
  const [a, b, c] = mark.points
  if (!a) return Infinity
  if (!b) return Math.hypot(at[0] - a[0], at[1] - a[1])
  if (mark.kind !== 'ellipse') return Math.min(toSegment(at, a, b), c ? toSegment(at, b, c) : Infinity)
  const rx = Math.abs(b[0] - a[0]) / 2
  const ry = Math.abs(b[1] - a[1]) / 2
  const [dx, dy] = [at[0] - (a[0] + b[0]) / 2, at[1] - (a[1] + b[1]) / 2]
  const share = Math.hypot(dx / Math.max(rx, 0.5), dy / Math.max(ry, 0.5))
  return Math.abs(share - 1) * Math.min(rx, ry)
}

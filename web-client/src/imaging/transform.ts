/**
 * How a picture lies on a stage. Pure: a place (zoom, pan, turn, flip), the picture's size and the stage's size give one
 * matrix; image pixels and stage pixels are exchanged through it.
 *
 * Zoom 1 is "the whole picture fits", pan is the middle of the stage from the middle of the picture in image pixels: the same
 * place means the same on every screen.
 */
import type { Point } from './sharing'
import type { InstanceView } from './study'

export interface Place {
  readonly zoom: number
  readonly pan: Point
  /** Quarters of a turn, clockwise. */
  readonly turn: number
  /** Left and right exchanged, as seen on the stage. */
  readonly flip: boolean
}

export interface Size {
  readonly width: number
  readonly height: number
}

export const FITTED: Place = { zoom: 1, pan: [0, 0], turn: 0, flip: false }
export const LEAST_ZOOM = 0.25
export const MOST_ZOOM = 32

/** How much taller than wide a pixel is. */
export function tallness(instance: Pick<InstanceView, 'pixel_spacing'>): number {
  const [down, across] = instance.pixel_spacing ?? []
  return down && across ? down / across : 1
}

/** Stage = (a c e; b d f) * image, as canvas' setTransform takes it. */
export interface Matrix {
  a: number
  b: number
  c: number
  d: number
  e: number
  f: number
}

/** Stage pixels per (column of an) image pixel when the whole picture just fits. */
export function fitScale(image: Size, stage: Size, tall: number, turn: number): number {
  const wide = image.width
  const high = image.height * tall
  const [across, down] = turn % 2 === 0 ? [wide, high] : [high, wide]
  return Math.min(stage.width / across, stage.height / down)
}

export function matrixOf(place: Place, image: Size, stage: Size, tall = 1): Matrix {
  const scale = fitScale(image, stage, tall, place.turn) * place.zoom
  const quarter = ((place.turn % 4) + 4) % 4
  const cos = [1, 0, -1, 0][quarter] as number
  const sin = [0, 1, 0, -1][quarter] as number
  const mirror = place.flip ? -1 : 1
  const a = mirror * cos * scale
  const b = sin * scale
  const c = mirror * -sin * scale * tall
  const d = cos * scale * tall
  const x = image.width / 2 + place.pan[0]
  const y = image.height / 2 + place.pan[1]
  return { a, b, c, d, e: stage.width / 2 - a * x - c * y, f: stage.height / 2 - b * x - d * y }
}

export function toStage(m: Matrix, [x, y]: Point): Point {
  return [m.a * x + m.c * y + m.e, m.b * x + m.d * y + m.f]
}

export function toImage(m: Matrix, [x, y]: Point): Point {
  const det = m.a * m.d - m.b * m.c
  const dx = x - m.e
  const dy = y - m.f
  return [(m.d * dx - m.c * dy) / det, (m.a * dy - m.b * dx) / det]
}

/** Stage pixels per column. */
export const scaleOf = (m: Matrix): number => Math.hypot(m.a, m.b)

/** The same place with this image pixel under this point of the stage. */
function holding(place: Place, at: Point, on: Point, image: Size, stage: Size, tall: number): Place {
  const under = toImage(matrixOf(place, image, stage, tall), on)
  return { ...place, pan: [place.pan[0] + at[0] - under[0], place.pan[1] + at[1] - under[1]] }
}

/** Larger or smaller about a point of the stage, which stays where it is. */
export function zoomedAt(place: Place, factor: number, on: Point, image: Size, stage: Size, tall = 1): Place {
  const at = toImage(matrixOf(place, image, stage, tall), on)
  const zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, place.zoom * factor))
  return kept(holding({ ...place, zoom }, at, on, image, stage, tall), image)
}

/** Moved by so many stage pixels. */
export function moved(place: Place, dx: number, dy: number, image: Size, stage: Size, tall = 1): Place {
  const matrix = matrixOf(place, image, stage, tall)
  const before = toImage(matrix, [0, 0])
  const after = toImage(matrix, [dx, dy])
  const pan: Point = [place.pan[0] + before[0] - after[0], place.pan[1] + before[1] - after[1]]
  return kept({ ...place, pan }, image)
}

/** Part of the picture always stays on the stage. */
function kept(place: Place, image: Size): Place {
  const x = Math.min(image.width / 2, Math.max(-image.width / 2, place.pan[0]))
  const y = Math.min(image.height / 2, Math.max(-image.height / 2, place.pan[1]))
  return x === place.pan[0] && y === place.pan[1] ? place : { ...place, pan: [x, y] }
}

/** Turned as it is seen: a mirrored picture still goes the way the button says. */
export const turned = (place: Place, quarters: number): Place => ({
  ...place,
  turn: (((place.turn + (place.flip ? -quarters : quarters)) % 4) + 4) % 4,
})

/** Left and right exchanged as they are seen. */
export const flipped = (place: Place): Place => ({ ...place, flip: !place.flip })

/** One image pixel is at least one pixel of this screen. */
export function actualSize(place: Place, image: Size, stage: Size, tall: number): Place {
  return { ...place, zoom: 1 / fitScale(image, stage, tall, place.turn) }
}

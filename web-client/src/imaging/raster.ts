/**
 * The stored values of one picture in memory, and how the server's pixel stream becomes one.
 *
 * A preview is a raster too: 8 bits with its own slope and intercept, so that windowing knows no second kind of picture.
 */
import type { Photometric, Window } from './study'

export type Stored = Uint8Array | Uint16Array | Int16Array

export interface Raster {
  readonly rows: number
  readonly columns: number
  /** 1: grey, 3: red, green, blue beside each other. */
  readonly samples: 1 | 3
  readonly values: Stored
  readonly slope: number
  readonly intercept: number
  readonly photometric: Photometric
  /** How many image pixels one of these pixels stands for, across and down; 1 for the picture itself. */
  readonly coarse: readonly [x: number, y: number]
  /** The window that a preview was drawn with; outside of it its values are cut off. */
  readonly drawn?: Window
}

export interface StreamFacts {
  rows: number
  columns: number
  samples: number
  bits: number
  signed: boolean
}

export class BrokenPixels extends Error {}

export function typed(bytes: ArrayBuffer, facts: StreamFacts): Stored {
  if (facts.bits <= 8) return new Uint8Array(bytes)
  if (bytes.byteLength % 2 !== 0) throw new BrokenPixels('half a value')
  return facts.signed ? new Int16Array(bytes) : new Uint16Array(bytes)
}

/**
 * Takes back the delta filter in place: every value but the first of a row was sent as its difference from the one left
 * of it (of the same colour), the first of a row as its difference from the one above; sums wrap as the type does.
 */
export function undoDelta(values: Stored, facts: StreamFacts): void {
  const { columns, rows, samples } = facts
  const width = columns * samples
  for (let row = 0; row < rows; row++) {
    const start = row * width
    if (row > 0) {
      for (let i = 0; i < samples; i++) {
        values[start + i] = (values[start + i] as number) + (values[start + i - width] as number)
      }
    }
    for (let i = start + samples, end = start + width; i < end; i++) {
      values[i] = (values[i] as number) + (values[i - samples] as number)
    }
  }
}

/**
 * Differences that came in two planes, the low bytes of all values and then the high ones, folded so that small ones of
 * either sign have a high byte of 0 (0, -1, 1, -2 ... as 0, 1, 2, 3 ...): this packs a fifth better.
 */
function fromPlanes(bytes: ArrayBuffer, into: Stored): void {
  const half = into.length
  const low = new Uint8Array(bytes, 0, half)
  const high = new Uint8Array(bytes, half, half)
  for (let i = 0; i < half; i++) {
    const folded = (low[i] as number) | ((high[i] as number) << 8)
    into[i] = (folded >>> 1) ^ -(folded & 1)
  }
}

/** Raises BrokenPixels where the length does not fit: half a picture is never shown as a whole one. */
export function decodePixels(bytes: ArrayBuffer, facts: StreamFacts, filter: string | null): Stored {
  const values = typed(bytes, facts)
  if (values.length !== facts.rows * facts.columns * facts.samples) throw new BrokenPixels('length')
  if (filter === 'planes') {
    const unfolded = values.slice()
    fromPlanes(bytes, unfolded)
    undoDelta(unfolded, facts)
    return unfolded
  }
  if (filter === 'delta') undoDelta(values, facts)
  else if (filter !== null && filter !== 'none') throw new BrokenPixels(`filter ${filter}`)
  return values
}

/** Grey values of a preview that the server drew with this window, as a raster of the same unit. */
export function previewRaster(
  grey: Uint8Array,
  size: { rows: number; columns: number; samples: 1 | 3 },
  of: { rows: number; columns: number; photometric: Photometric },
  window: Window,
): Raster {
  const [centre, width] = window
  const colour = size.samples === 3
  // The server draws MONOCHROME1 the right way round, so dark and bright are exchanged in what it sent.
  const turned = of.photometric === 'MONOCHROME1'
  const slope = width / 255
  return {
    ...size,
    values: grey,
    slope: colour ? 1 : turned ? -slope : slope,
    intercept: colour ? 0 : turned ? centre + width / 2 : centre - width / 2,
    photometric: of.photometric,
    coarse: [of.columns / size.columns, of.rows / size.rows],
    drawn: window,
  }
}

export const bytesOf = (raster: Raster): number => raster.values.byteLength

/** The value at an image pixel, in the picture's unit; undefined outside. Colour pictures give their first sample. */
export function valueAt(raster: Raster, x: number, y: number): number | undefined {
  const column = Math.floor(x / raster.coarse[0])
  const row = Math.floor(y / raster.coarse[1])
  if (column < 0 || row < 0 || column >= raster.columns || row >= raster.rows) return undefined
  const stored = raster.values[(row * raster.columns + column) * raster.samples] as number
  return stored * raster.slope + raster.intercept
}

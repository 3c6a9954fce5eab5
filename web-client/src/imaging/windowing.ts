/**
 * From stored values to grey levels: slope and intercept, window or the file's own curve, MONOCHROME1, invert. One table for
 * all values a type can hold, so that a picture costs one look-up per pixel however it is windowed.
 */
import type { Curve } from './curves'
import type { Raster, Stored } from './raster'
import type { InstanceView, Slice, VoiFunction, Window } from './study'

export interface Look {
  window: Window
  invert: boolean
  /** How the window is applied; LINEAR when left out. */
  by?: VoiFunction | undefined
  /** Instead of the window, which is then the one most like it. */
  curve?: Curve | undefined
}

/** Grey (0 to 255, not rounded) of a value in the picture's unit (PS3.3 C.11.2.1.2). */
export function grey(value: number, [centre, width]: Window, by: VoiFunction = 'LINEAR'): number {
  if (by === 'SIGMOID') return 255 / (1 + Math.exp((-4 * (value - centre)) / width))
  const exact = by === 'LINEAR_EXACT'
  const middle = exact ? centre : centre - 0.5
  const half = (exact ? width : Math.max(1, width) - 1) / 2
  if (value <= middle - half) return 0
  if (value > middle + half) return 255
  return ((value - middle) / (2 * half) + 0.5) * 255
}

/** Whatever tells looks apart. */
export const spelled = ({ window, invert, by, curve }: Look): string =>
  `${window.join('/')}/${invert}/${by ?? ''}/${curve?.key ?? ''}`

/** A preview's values are grey already, spread over the window it was drawn with: neither curve nor function once more. */
function lookAt(raster: Raster, look: Look): Look {
  if (!raster.drawn) return look
  return { window: look.curve ? raster.drawn : look.window, invert: look.invert }
}

const OPAQUE = 0xff000000

export class GreyTable {
  /** Stored value + offset -> grey. */
  readonly levels: Uint8Array
  /** The same as a pixel of a canvas, red green blue alpha in memory. */
  readonly pixels: Uint32Array
  readonly offset: number

  constructor(bytes: 1 | 2, signed: boolean) {
    const count = bytes === 1 ? 256 : 65536
    this.levels = new Uint8Array(count)
    this.pixels = new Uint32Array(count)
    this.offset = signed ? count / 2 : 0
  }

  fill(of: Pick<Raster, 'slope' | 'intercept' | 'photometric'>, look: Look): void {
    const { window, by, curve } = look
    const negative = (of.photometric === 'MONOCHROME1') !== look.invert
    for (let i = 0; i < this.levels.length; i++) {
      const value = (i - this.offset) * of.slope + of.intercept
      const level = curve ? curve.level(value) : Math.round(grey(value, window, by))
      const shown = negative ? 255 - level : level
      this.levels[i] = shown
      this.pixels[i] = OPAQUE | (shown * 0x010101)
    }
  }
}

/** Remembers the table while nothing of what it depends on has changed. */
export class Tables {
  private readonly tables = new Map<string, { table: GreyTable; for: string }>()

  of(raster: Raster, asked: Look): GreyTable {
    const look = lookAt(raster, asked)
    const kind = `${raster.values.BYTES_PER_ELEMENT}/${raster.values instanceof Int16Array}`
    let held = this.tables.get(kind)
    if (!held) {
      const bytes = raster.values.BYTES_PER_ELEMENT === 1 ? 1 : 2
      held = { table: new GreyTable(bytes, raster.values instanceof Int16Array), for: '' }
      this.tables.set(kind, held)
    }
    const wanted = `${raster.slope}/${raster.intercept}/${raster.photometric}/${spelled(look)}`
    if (held.for !== wanted) {
      held.table.fill(raster, look)
      held.for = wanted
    }
    return held.table
  }
}

/** The whole picture as pixels of a canvas; `into` holds rows x columns of them. */
export function paintGrey(values: Stored, table: GreyTable, into: Uint32Array): void {
  const { pixels, offset } = table
  for (let i = 0; i < into.length; i++) into[i] = pixels[(values[i] as number) + offset] as number
}

/** Colour, each of the three samples through the same table of 8 bits. */
export function paintColour(values: Stored, table: GreyTable, into: Uint32Array): void {
  const { levels } = table
  for (let i = 0, at = 0; i < into.length; i++, at += 3) {
    const red = levels[values[at] as number] as number
    const green = levels[values[at + 1] as number] as number
    const blue = levels[values[at + 2] as number] as number
    into[i] = OPAQUE | (blue << 16) | (green << 8) | red
  }
}

/** The window that leaves a colour picture as it is. */
export const PLAIN: Window = [128, 256]

/** Grey levels of a whole picture, as a canvas would show them. */
export function render(raster: Raster, look: Look, tables = new Tables()): Uint32Array {
  const into = new Uint32Array(raster.rows * raster.columns)
  const table = tables.of(raster, look)
  if (raster.samples === 3) paintColour(raster.values, table, into)
  else paintGrey(raster.values, table, into)
  return into
}

/** The share of values at either end that a found window leaves out: single bright pixels would darken all others. */
const ENDS = 0.005

/** A window that shows nearly all values of this picture; for files that name none. */
export function windowOfAll(raster: Raster, padding?: number | null): Window {
  const signed = raster.values instanceof Int16Array ? 32768 : 0
  const counts = new Uint32Array(65536)
  let total = 0
  for (const value of raster.values) {
    if (value === padding) continue
    counts[value + signed] = (counts[value + signed] as number) + 1
    total += 1
  }
  if (total === 0) return PLAIN
  const least = valueAtShare(counts, total * ENDS) - signed
  const most = valueAtShare(counts, total * (1 - ENDS)) - signed
  const ends = [least * raster.slope + raster.intercept, most * raster.slope + raster.intercept]
  const low = Math.min(...ends)
  const width = Math.max(...ends) - low
  // LINEAR maps centre - 0.5 ± (width - 1) / 2 to black and white.
  return [low + width / 2 + 0.5, width + 1]
}

/** The first value at or below which so many lie. */
function valueAtShare(counts: Uint32Array, wanted: number): number {
  let seen = 0
  for (let value = 0; value < counts.length; value++) {
    seen += counts[value] as number
    if (seen > 0 && seen >= wanted) return value
  }
  return counts.length - 1
}

/** The narrowest window that a function knows. */
const narrowest = (by: VoiFunction = 'LINEAR'): number => (by === 'LINEAR' ? 1 : Number.MIN_VALUE)

/** The window a picture opens with: colour as it is, else the file's first, else undefined (all its values). */
export function firstWindow(slice: Slice): Window | undefined {
  if (slice.instance.samples === 3) return PLAIN
  const [first] = slice.windows
  return first && first[1] >= narrowest(slice.instance.voi_function) ? [first[0], first[1]] : undefined
}

export const PRESETS = {
  lung: [-600, 1500],
  mediastinum: [50, 350],
  bone: [400, 1800],
  brain: [40, 80],
  abdomen: [50, 400],
} as const satisfies Record<string, Window>
export type Preset = keyof typeof PRESETS

/** Fixed windows mean something only where values are Hounsfield units. */
export const hasPresets = (instance: InstanceView): boolean =>
  instance.samples === 1 && (instance.unit ?? '').toUpperCase() === 'HU'

/** The name of a window that is one of ours. */
export function presetOf(window: Window): Preset | undefined {
  return (Object.keys(PRESETS) as Preset[]).find(
    (name) => PRESETS[name][0] === Math.round(window[0]) && PRESETS[name][1] === Math.round(window[1]),
  )
}

/** Dragging: across widens, down darkens (the centre rises), in steps that fit the width there is. */
export function dragged({ window: [centre, width], by }: Look, dx: number, dy: number): Window {
  const linear = by === undefined || by === 'LINEAR'
  const step = Math.max(linear ? 0.25 : 0, width / 300)
  return [centre + dy * step, Math.max(linear ? 1 : width / 10, width + dx * step)]
}

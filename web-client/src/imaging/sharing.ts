/**
 * What several people looking at one study share: state, never pixels. Everything is said in image pixels and multiples of
 * "the whole picture fits", so it means the same on every screen.
 *
 * The values travel under general room keys; signalling learns no medicine. Here: their types, their spelling (at most 2 KB),
 * and the reading of what others sent, which may be anything.
 */
import type { Ref } from 'vue'

export const VIEW_KEY = 'view/0'
export const MARKS_KEY = 'marks/0'
export const cursorKey = (seat: string): string => `s.${seat}/cursor`
export const MOST_BYTES = 2048
const MOST_POINTS = 24
const LEAST_WIDTH = 0.01

export interface SharedViewState {
  study: string
  series: string
  instance: string
  frame: number
  /** Centre and width, in the picture's unit (HU for CT). */
  window: readonly [number, number]
  /** Which of the file's own curves is shown instead of the window. */
  curve?: number
  /** 1: the whole picture fits. */
  zoom: number
  /** The middle of the stage, from the middle of the picture, in image pixels. */
  pan: readonly [number, number]
  /** Quarters of a turn, clockwise. */
  turn: number
  flip: boolean
  invert: boolean
  /** The study beside it: an earlier one, or this one for another of its series. */
  prior?: string
  /** What of that study is shown; its window and place go with the first. */
  beside?: SharedSlice
}

/** One picture of a series, by name. */
export interface SharedSlice {
  series: string
  instance: string
  frame: number
}

export interface SharedCursor {
  x: number
  y: number
  instance: string
  frame: number
}

export type MarkKind = 'length' | 'angle' | 'ellipse' | 'arrow' | 'text'
export type Point = readonly [x: number, y: number]

/** A mark of the moment: gone with the meeting unless somebody keeps it. */
export interface PassingMark {
  id: string
  kind: MarkKind
  points: readonly Point[]
  instance: string
  frame: number
  by: string
  text?: string
}

/** The room as a viewer needs it; the meeting page makes one from `rt/room.ts`. */
export interface SharedView {
  /** My seat. */
  me: string
  /** The seat whose view the others follow. */
  presenter: Ref<string | null>
  view: Ref<SharedViewState | null>
  /** Cursors of the others, by seat. */
  cursors: Ref<Map<string, SharedCursor & { name: string }>>
  /** Become the presenter. Raises the Problem of a refusal. */
  take(): Promise<void>
  /** Let go of presenting. */
  give?(): Promise<void>
  setView(view: SharedViewState): void
  setCursor(cursor: SharedCursor | null): void
  marks?: Ref<readonly PassingMark[]>
  setMarks?(marks: readonly PassingMark[]): void
  /** The name of whoever sits there. */
  nameOf?(seat: string): string
  /** Whether this seat may present at all (the grant `share`); true when left out. */
  mayPresent?: boolean
}

const fixed = (value: number, digits: number): number => Number(value.toFixed(digits))

/** The view in few bytes: a hundredth of a pixel is far below what anybody sees. */
export function encodeView(view: SharedViewState): SharedViewState {
  const { prior, beside, ...rest } = view
  return {
    ...rest,
    window: [fixed(view.window[0], 2), fixed(view.window[1], 2)],
    zoom: fixed(view.zoom, 5),
    pan: [fixed(view.pan[0], 2), fixed(view.pan[1], 2)],
    ...(prior !== undefined && { prior }),
    ...(beside !== undefined && { beside }),
  }
}

export function encodeCursor(cursor: SharedCursor | null): SharedCursor | null {
  return cursor && { ...cursor, x: fixed(cursor.x, 1), y: fixed(cursor.y, 1) }
}

/** As many of the newest marks as the room takes. */
export function encodeMarks(marks: readonly PassingMark[]): PassingMark[] {
  const short = marks.map((mark) => ({
    ...mark,
    points: mark.points.slice(0, MOST_POINTS).map(([x, y]): Point => [fixed(x, 1), fixed(y, 1)]),
  }))
  while (short.length > 0 && bytesOf(short) > MOST_BYTES) short.shift()
  return short
}

export const bytesOf = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length

type Fields = Readonly<Record<string, unknown>>
const fields = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
const text = (value: unknown): value is string => typeof value === 'string' && value.length <= 64
const number = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
const frame = (value: unknown): value is number => number(value) && Number.isInteger(value) && value >= 1
const isIndex = (value: unknown): value is number => number(value) && Number.isInteger(value) && value >= 0
const pair = (value: unknown): value is [number, number] =>
  Array.isArray(value) && value.length === 2 && number(value[0]) && number(value[1])
const within = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

function decodeSlice(value: unknown): SharedSlice | undefined {
  const it = fields(value)
  if (!it || !text(it['series']) || !text(it['instance']) || !frame(it['frame'])) return undefined
  return { series: it['series'], instance: it['instance'], frame: it['frame'] }
}

/** A view that somebody sent; null for what is none. */
export function decodeView(value: unknown): SharedViewState | null {
  const it = fields(value)
  if (!it || !text(it['study']) || !text(it['series']) || !text(it['instance'])) return null
  if (!frame(it['frame']) || !pair(it['window']) || !pair(it['pan'])) return null
  if (!number(it['zoom']) || !number(it['turn'])) return null
  const beside = decodeSlice(it['beside'])
  return {
    study: it['study'],
    series: it['series'],
    instance: it['instance'],
    frame: it['frame'],
    window: [it['window'][0], Math.max(LEAST_WIDTH, it['window'][1])],
    zoom: within(it['zoom'], 0.1, 40),
    pan: it['pan'],
    turn: ((Math.round(it['turn']) % 4) + 4) % 4,
    flip: it['flip'] === true,
    invert: it['invert'] === true,
    ...(isIndex(it['curve']) && { curve: it['curve'] }),
    ...(text(it['prior']) && { prior: it['prior'] }),
    ...(beside && { beside }),
  }
}

export function decodeCursor(value: unknown): SharedCursor | null {
  const it = fields(value)
  if (!it || !number(it['x']) || !number(it['y']) || !text(it['instance']) || !frame(it['frame'])) return null
  return { x: it['x'], y: it['y'], instance: it['instance'], frame: it['frame'] }
}

const KINDS: readonly string[] = ['length', 'angle', 'ellipse', 'arrow', 'text']

function decodeMark(value: unknown): PassingMark | undefined {
  const it = fields(value)
  if (!it || !text(it['id']) || !text(it['instance']) || !text(it['by']) || !frame(it['frame']))
    return undefined
  const { kind, points } = it
  if (typeof kind !== 'string' || !KINDS.includes(kind)) return undefined
  if (!Array.isArray(points) || points.length > MOST_POINTS || !points.every(pair)) return undefined
  const { id, instance, by } = it as { id: string; instance: string; by: string }
  const said = it['text']
  return {
    id,
    kind: kind as MarkKind,
    points,
    instance,
    frame: it['frame'],
    by,
    ...(typeof said === 'string' && { text: said.slice(0, 200) }),
  }
}

export function decodeMarks(value: unknown): PassingMark[] {
  return Array.isArray(value) ? value.map(decodeMark).filter((mark) => mark !== undefined) : []
}

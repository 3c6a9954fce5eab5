import { describe, expect, test } from 'vitest'
import {
  bytesOf,
  decodeCursor,
  decodeMarks,
  decodeView,
  encodeMarks,
  encodeView,
  MOST_BYTES,
  type PassingMark,
  type SharedViewState,
} from '@/imaging/sharing'

const ID = '0192f0aa-1111-7000-8000-000000000000'
const view: SharedViewState = {
  study: ID,
  series: ID,
  instance: ID,
  frame: 148,
  window: [-600.123456, 1500],
  zoom: 1.4142135,
  pan: [12.3456, -7.5],
  turn: 3,
  flip: true,
  invert: false,
  prior: ID,
  beside: { series: ID, instance: ID, frame: 12 },
}
const marks = (count: number): PassingMark[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `${i}-${ID}`,
    kind: 'length',
    points: [
      [1.23456, i],
      [20, 30.98765],
    ],
    instance: ID,
    frame: 1,
    by: 'seat-1',
  }))

describe('shared state', () => {
  test('a view survives the way, in far less than 2 KB', () => {
    const sent = JSON.parse(JSON.stringify(encodeView(view)))
    expect(bytesOf(sent)).toBeLessThan(500)
    expect(decodeView(sent)).toEqual({ ...view, window: [-600.12, 1500], zoom: 1.41421, pan: [12.35, -7.5] })
  })
  test.each([
    null,
    42,
    'view',
    [],
    {},
    { ...view, frame: 0 },
    { ...view, frame: 1.5 },
    { ...view, window: [1] },
    { ...view, zoom: Infinity },
    { ...view, pan: ['1', 2] },
    { ...view, study: 'x'.repeat(100) },
  ])('what is no view is none: %j', (value) => {
    expect(decodeView(view)).not.toBeNull()
    expect(decodeView(value)).toBeNull()
  })
  test('a view is brought within what can be shown', () => {
    const odd = decodeView({ ...view, zoom: 1e9, turn: -1, window: [0, -5] })
    expect([odd?.zoom, odd?.turn, odd?.window[1]]).toEqual([40, 3, 0.01])
  })
  test('as many marks as fit are sent, the newest', () => {
    const sent = encodeMarks(marks(100))
    expect(bytesOf(sent)).toBeLessThanOrEqual(MOST_BYTES)
    expect(sent.length).toBeGreaterThan(5)
    expect(sent.at(-1)?.id).toBe(`99-${ID}`)
    expect(decodeMarks(JSON.parse(JSON.stringify(sent)))).toEqual(sent)
  })
  test('of marks that somebody sent only real ones are taken', () => {
    const [good] = encodeMarks(marks(1))
    expect(decodeMarks([good, { ...good, kind: 'script' }, { ...good, points: [[1]] }, null])).toEqual([good])
    expect(decodeMarks({ marks: [] })).toEqual([])
  })
  test('a cursor that is none is gone', () => {
    expect(decodeCursor({ x: 1, y: 2.5, instance: ID, frame: 3 })).toEqual({
      x: 1,
      y: 2.5,
      instance: ID,
      frame: 3,
    })
    expect(decodeCursor({ x: NaN, y: 2, instance: ID, frame: 3 })).toBeNull()
    expect(decodeCursor(null)).toBeNull()
  })
})

import { describe, expect, test } from 'vitest'
import { begun, complete, pulled, pressedAgain, released, worthKeeping } from '@/imaging/drafting'
import { distanceTo, measured, sentences, type Mark } from '@/imaging/measure'
import type { Raster } from '@/imaging/raster'
import type { MarkKind, Point } from '@/imaging/sharing'
import { anInstance } from './studies'

const mark = (kind: MarkKind, ...points: Point[]): Mark => ({
  id: 'm',
  kind,
  points,
  instance: 'i1',
  frame: 1,
})
const flat = (rows: number, columns: number, value: (row: number, column: number) => number): Raster => ({
  rows,
  columns,
  samples: 1,
  values: new Int16Array(rows * columns).map((_, i) => value(Math.floor(i / columns), i % columns)),
  slope: 1,
  intercept: -1000,
  photometric: 'MONOCHROME2',
  coarse: [1, 1],
})

describe('lengths and angles', () => {
  test('a length goes by the spacing of rows and of columns', () => {
    const wide = anInstance({ pixel_spacing: [2, 0.5] })
    expect(measured(mark('length', [0, 0], [6, 0]), wide, undefined)).toEqual({ length: 3, unit: 'mm' })
    expect(measured(mark('length', [0, 0], [6, 2]), wide, undefined)?.length).toBe(5)
  })
  test('without a spacing it is counted in pixels', () => {
    const figures = measured(mark('length', [0, 0], [3, 4]), anInstance({ pixel_spacing: null }), undefined)
    expect(figures).toEqual({ length: 5, unit: 'px' })
    expect(sentences(mark('length', [0, 0], [3, 4]), figures)).toEqual(['5.0 px'])
  })
  test('an angle is that of the patient, not of the pixels', () => {
    const square = anInstance()
    const right = mark('angle', [10, 0], [0, 0], [0, 10])
    expect(measured(right, square, undefined)?.angle).toBeCloseTo(90)
    const slanted = mark('angle', [10, 0], [0, 0], [10, 10])
    expect(measured(slanted, square, undefined)?.angle).toBeCloseTo(45)
    expect(measured(slanted, anInstance({ pixel_spacing: [1.7320508, 1] }), undefined)?.angle).toBeCloseTo(
      60,
      3,
    )
    expect(measured(mark('angle', [-5, 0], [0, 0], [5, 0]), square, undefined)?.angle).toBeCloseTo(180)
  })
})

describe('ellipses', () => {
  const whole = flat(40, 40, (row, column) => 1000 + (row < 20 ? 10 : 30) + (column === 0 ? 5 : 0))

  test('mean, deviation, extremes and area of what lies inside', () => {
    const figures = measured(mark('ellipse', [10, 10], [30, 30]), anInstance(), whole)
    expect(figures?.mean).toBeCloseTo(20, 6)
    expect(figures?.sd).toBeCloseTo(10, 6)
    expect([figures?.min, figures?.max]).toEqual([10, 30])
    expect(figures?.area).toBeCloseTo(Math.PI * 25)
    expect(Math.abs((figures?.pixels ?? 0) - Math.PI * 100)).toBeLessThan(10)
    expect(figures?.of).toBe('HU')
  })
  test('drawn from any corner it is the same', () => {
    const one = measured(mark('ellipse', [5, 8], [25, 30]), anInstance(), whole)
    expect(measured(mark('ellipse', [25, 30], [5, 8]), anInstance(), whole)).toEqual(one)
  })
  test('what hangs over the edge counts only what is there', () => {
    const figures = measured(mark('ellipse', [-20, 0], [0.9, 40]), anInstance(), whole)
    expect(figures?.pixels).toBeGreaterThan(0)
    expect([figures?.min, figures?.max]).toEqual([15, 35])
  })
  test('a preview gives an area and no values', () => {
    const preview = { ...whole, coarse: [2, 2] as const }
    const figures = measured(mark('ellipse', [10, 10], [30, 30]), anInstance(), preview)
    expect(figures).toEqual({ area: Math.PI * 25, unit: 'mm' })
  })
  test('one without extent has no values', () => {
    expect(measured(mark('ellipse', [10, 10], [10, 10]), anInstance(), whole)?.mean).toBeUndefined()
  })
})

describe('making and touching marks', () => {
  test('a line is pulled; a tap is none', () => {
    const line = released(pulled(begun('length', [1, 1]), [9, 9]), [10, 1])
    expect([complete(line), worthKeeping(line)]).toEqual([true, true])
    expect(line.points).toEqual([
      [1, 1],
      [10, 1],
    ])
    expect(worthKeeping(released(begun('length', [1, 1]), [1.2, 1]))).toBe(false)
  })
  test('an angle takes a second pull', () => {
    const first = released(begun('angle', [0, 0]), [10, 0])
    expect(complete(first)).toBe(false)
    const second = released(pressedAgain(first, [9, 1]), [10, 10])
    expect(complete(second)).toBe(true)
    expect(second.points).toEqual([
      [0, 0],
      [10, 0],
      [10, 10],
    ])
  })
  test('distance is that to the line, and to the rim of an ellipse', () => {
    expect(distanceTo(mark('length', [0, 0], [10, 0]), [5, 3])).toBe(3)
    expect(distanceTo(mark('length', [0, 0], [10, 0]), [13, 4])).toBe(5)
    expect(distanceTo(mark('ellipse', [0, 0], [20, 20]), [10, 10])).toBe(10)
    expect(distanceTo(mark('ellipse', [0, 0], [20, 20]), [20, 10])).toBe(0)
  })
})

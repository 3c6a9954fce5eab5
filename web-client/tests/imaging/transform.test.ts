import { describe, expect, test } from 'vitest'
import { edgeLetters, lettersOf } from '@/imaging/orientation'
import { decodeView, encodeView, type Point, type SharedViewState } from '@/imaging/sharing'
import {
  FITTED,
  flipped,
  matrixOf,
  moved,
  toImage,
  toStage,
  turned,
  zoomedAt,
  type Place,
} from '@/imaging/transform'
import { anInstance } from './studies'

const image = { width: 512, height: 400 }
const desk = { width: 926, height: 624 }
const phone = { width: 360, height: 420 }
const near = (a: Point, b: Point, by = 1e-6): boolean => Math.hypot(a[0] - b[0], a[1] - b[1]) < by
const places: Place[] = [0, 1, 2, 3].flatMap((turn) =>
  [false, true].map((flip): Place => ({ zoom: 1.7, pan: [31, -20], turn, flip })),
)

describe('how a picture lies', () => {
  test('a whole picture fits, in its middle', () => {
    const matrix = matrixOf(FITTED, image, desk)
    expect(near(toStage(matrix, [256, 200]), [463, 312])).toBe(true)
    expect(toStage(matrix, [0, 0])[1]).toBeCloseTo(0)
    expect(toStage(matrix, [0, 0])[0]).toBeGreaterThan(0)
  })
  test('turned, it fits as it stands then', () => {
    const matrix = matrixOf(turned(FITTED, 1), image, phone)
    const corners = [toStage(matrix, [0, 0]), toStage(matrix, [512, 400])]
    expect(corners.every(([x, y]) => x >= -1e-6 && x <= 360 + 1e-6 && y >= -1e-6 && y <= 420 + 1e-6)).toBe(
      true,
    )
  })
  test('pixels that are taller than wide are drawn so', () => {
    const matrix = matrixOf(FITTED, { width: 100, height: 100 }, { width: 400, height: 400 }, 2)
    expect(matrix.d).toBeCloseTo(2 * matrix.a)
    expect(toStage(matrix, [0, 100])[1]).toBeCloseTo(400)
  })
  test.each(places)('there and back is the same point: $turn $flip', (place) => {
    const matrix = matrixOf(place, image, desk, 1.3)
    expect(near(toImage(matrix, toStage(matrix, [17.25, 301.5])), [17.25, 301.5])).toBe(true)
  })
  test.each(places)('zooming keeps what is under the pointer there: $turn $flip', (place) => {
    const on: Point = [600, 200]
    const before = toImage(matrixOf(place, image, desk), on)
    const after = toImage(matrixOf(zoomedAt(place, 1.3, on, image, desk), image, desk), on)
    expect(near(before, after)).toBe(true)
  })
  test.each(places)('moving takes the picture along with the finger: $turn $flip', (place) => {
    const at = toStage(matrixOf(place, image, desk), [250, 210])
    const now = toStage(matrixOf(moved(place, 12, -7, image, desk), image, desk), [250, 210])
    expect(near(now, [at[0] + 12, at[1] - 7])).toBe(true)
  })
  test('a picture cannot be lost off the stage', () => {
    expect(moved(FITTED, 1e6, 0, image, desk).pan[0]).toBe(-256)
  })
  test('turning goes clockwise as it is seen, mirrored or not', () => {
    for (const flip of [false, true]) {
      const place: Place = { ...FITTED, flip }
      const before = toStage(matrixOf(place, image, desk), [256, 100])
      const after = toStage(matrixOf(turned(place, 1), image, desk), [256, 100])
      expect(before[1]).toBeLessThan(312)
      expect(after[0]).toBeGreaterThan(463)
    }
  })
})

describe('the same view on another screen', () => {
  const view = (place: Place): SharedViewState => ({
    study: 'a',
    series: 'b',
    instance: 'c',
    frame: 1,
    window: [-600, 1500],
    invert: false,
    ...place,
  })

  test.each(places)(
    'what lies in the middle lies in the middle, to a hundredth of a pixel: $turn $flip',
    (place) => {
      const there = decodeView(JSON.parse(JSON.stringify(encodeView(view(place))))) as SharedViewState
      const mine = toImage(matrixOf(place, image, desk), [desk.width / 2, desk.height / 2])
      const theirs = toImage(matrixOf(there, image, phone), [phone.width / 2, phone.height / 2])
      expect(near(mine, theirs, 0.02)).toBe(true)
    },
  )
  test.each(places)('a pointer lies on the same image pixel: $turn $flip', (place) => {
    const pointed = toImage(matrixOf(place, image, desk), [500, 300])
    const rounded: Point = [Number(pointed[0].toFixed(1)), Number(pointed[1].toFixed(1))]
    const there = matrixOf(decodeView(encodeView(view(place))) as SharedViewState, image, phone)
    expect(near(toImage(there, toStage(there, rounded)), pointed, 0.2)).toBe(true)
  })
})

describe('letters', () => {
  const axial = anInstance()

  test('an axial picture has the right side of the patient at its left', () => {
    expect(edgeLetters(axial, FITTED)).toEqual({ left: 'R', right: 'L', top: 'A', bottom: 'P' })
  })
  test('they follow a turn and a mirror', () => {
    expect(edgeLetters(axial, turned(FITTED, 1))).toEqual({ left: 'P', right: 'A', top: 'R', bottom: 'L' })
    expect(edgeLetters(axial, turned(FITTED, 2))).toEqual({ left: 'L', right: 'R', top: 'P', bottom: 'A' })
    expect(edgeLetters(axial, flipped(FITTED))).toEqual({ left: 'L', right: 'R', top: 'A', bottom: 'P' })
    expect(edgeLetters(axial, flipped(turned(FITTED, 1)))).toEqual({
      left: 'A',
      right: 'P',
      top: 'R',
      bottom: 'L',
    })
  })
  test.each(places)('they say where patient directions really go on the stage: $turn $flip', (place) => {
    const matrix = matrixOf(place, image, desk)
    const [from, to] = [toStage(matrix, [0, 0]), toStage(matrix, [1, 0])]
    const letters = edgeLetters(axial, place)
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]]
    const side = Math.abs(dx) > Math.abs(dy) ? (dx > 0 ? 'right' : 'left') : dy > 0 ? 'bottom' : 'top'
    expect(letters?.[side]).toBe('L')
  })
  test('a coronal picture has the head above; a slanted one names two', () => {
    const coronal = anInstance({ orientation: [1, 0, 0, 0, 0, -1] })
    expect(edgeLetters(coronal, FITTED)).toEqual({ left: 'R', right: 'L', top: 'H', bottom: 'F' })
    expect(lettersOf([0.8, -0.6, 0])).toBe('LA')
    expect(lettersOf([0.99, 0.1, 0])).toBe('L')
  })
  test('nothing is guessed', () => {
    expect(edgeLetters(anInstance({ orientation: null }), FITTED)).toBeUndefined()
  })
})

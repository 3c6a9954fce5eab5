import { describe, expect, test } from 'vitest'
import { wantedBy } from '@/imaging/keys'
import { sameCut, slicePairedWith, slicesOf } from '@/imaging/study'
import { mostAlike } from '@/features/imaging/viewer/comparing'
import { canReconstruct, offersPlanes } from '@/features/imaging/viewer/reconstructing'
import { frameOf, ordered } from '@/imaging-pro/volume'
import { anInstance, aSeries, aStudy } from './studies'

describe('two stacks', () => {
  test('go together by place in the patient', () => {
    const thin = slicesOf(aSeries(100, {}, 1, -50))
    const thick = slicesOf(aSeries(20, {}, 5, -50))
    expect(slicePairedWith(thick, thin, 52)).toBe(10)
    expect(slicePairedWith(thin, thick, 10)).toBe(50)
    expect(slicePairedWith(thick, thin, 99)).toBe(19)
  })
  test('without places by the share of the stack', () => {
    const none = { position: null, slice_location: null }
    expect(slicePairedWith(slicesOf(aSeries(11, none)), slicesOf(aSeries(101, none)), 50)).toBe(5)
    expect(slicePairedWith([], slicesOf(aSeries(3)), 1)).toBe(0)
  })
  test('frames of one file lie where each of them says', () => {
    const each_frame = [0, 3, 6].map((z) => ({
      position: [0, 0, z],
      slope: 2,
      intercept: null,
      windows: null,
    }))
    const [first, , last] = slicesOf(aSeries(1, { frames: 3, each_frame }))
    expect([first?.along, last?.along, last?.slope, last?.intercept]).toEqual([0, 6, 2, 0])
  })
  test('the earlier series that is most alike is chosen', () => {
    const axial = { ...aSeries(50), id: 'axial' }
    const scout = { ...aSeries(2), id: 'scout', description: '定位像' }
    const sagittal = {
      ...aSeries(80, { orientation: [0, 1, 0, 0, 0, -1] }),
      id: 'sagittal',
      description: '矢状',
    }
    expect(mostAlike(aStudy([scout, sagittal, axial]), aSeries(60))?.id).toBe('axial')
    expect(mostAlike(aStudy([]), aSeries(60))).toBeUndefined()
    expect(sameCut(slicesOf(axial)[0], slicesOf(sagittal)[0])).toBe(false)
  })
})

describe('three planes', () => {
  test('need enough slices that lie in space and are alike', () => {
    expect(canReconstruct(aSeries(8))).toBe(true)
    expect(canReconstruct(aSeries(7))).toBe(false)
    expect(canReconstruct(aSeries(8, { position: null }))).toBe(false)
    expect(canReconstruct(aSeries(8, { pixel_spacing: null }))).toBe(false)
    expect(canReconstruct(aSeries(8, { samples: 3 }))).toBe(false)
    expect(canReconstruct(undefined)).toBe(false)
  })
  test('a stack that was scanned downwards is put upright', () => {
    const frame = frameOf(ordered(aSeries(10, { pixel_spacing: [0.7, 0.5] }, -3, 100)))
    expect(frame?.origin).toEqual([0, 0, 73])
    expect(frame?.spacing).toEqual([0.5, 0.7, 3])
    expect(frame?.direction).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1])
  })
  test('slices that all lie in one place make no block', () => {
    expect(frameOf(ordered(aSeries(10, {}, 0)))).toBeUndefined()
    expect(frameOf([])).toBeUndefined()
  })
})

describe('keys', () => {
  const none = { ctrl: false, alt: false, meta: false }
  test('arrows turn pages, figures choose windows, letters tools', () => {
    expect(wantedBy('ArrowDown', none)).toEqual({ step: 1 })
    expect(wantedBy('PageUp', none)).toEqual({ step: -10 })
    expect(wantedBy('1', none)).toEqual({ preset: 'lung' })
    expect(wantedBy('9', none)).toBeUndefined()
    expect(wantedBy('L', none)).toEqual({ tool: 'length' })
  })
  test("the browser's own keys stay its own", () => {
    expect(wantedBy('r', { ...none, ctrl: true })).toBeUndefined()
    expect(wantedBy('Tab', none)).toBeUndefined()
  })
})

test('slices of what is no picture are none', () => {
  expect(slicesOf({ ...aSeries(1), instances: [anInstance({ kind: 'document' })] })).toEqual([])
})

describe('专业阅片', () => {
  const doctor = { role: 'doctor', full: true, shared: false, desk: true } as const

  test('is offered to a doctor at a desk', () => {
    expect(offersPlanes(doctor)).toBe(true)
  })

  test.each(['patient', 'guardian', 'guest', 'clinic_worker', 'scheduler', undefined] as const)(
    'is not offered to %s',
    (role) => {
      expect(offersPlanes({ ...doctor, role })).toBe(false)
    },
  )

  test("is not offered on a phone, with a patient's tools, or in a meeting", () => {
    expect(offersPlanes({ ...doctor, desk: false })).toBe(false)
    expect(offersPlanes({ ...doctor, full: false })).toBe(false)
    expect(offersPlanes({ ...doctor, shared: true })).toBe(false)
  })
})

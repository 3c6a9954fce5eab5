import { describe, expect, test } from 'vitest'
import { BrokenPixels, decodePixels, previewRaster, type Raster } from '@/imaging/raster'
import { curveOf } from '@/imaging/curves'
import { dragged, grey, PLAIN, PRESETS, render, windowOfAll } from '@/imaging/windowing'

const raster = (values: Raster['values'], changes: Partial<Raster> = {}): Raster => ({
  rows: 1,
  columns: values.length,
  samples: 1,
  values,
  slope: 1,
  intercept: 0,
  photometric: 'MONOCHROME2',
  coarse: [1, 1],
  ...changes,
})
const levels = (of: Raster, window: readonly [number, number], invert = false): number[] =>
  [...render(of, { window, invert })].map((pixel) => pixel & 0xff)

describe('windows', () => {
  test('a window is the LINEAR function of the standard', () => {
    const window = [40, 400] as const
    expect(grey(-160, window)).toBe(0)
    expect(grey(39.5, window)).toBe(127.5)
    expect(grey(240, window)).toBe(255)
    expect(grey(-159, window)).toBeCloseTo((1 / 399) * 255, 6)
  })
  test('a width of one is a threshold', () => {
    expect([grey(9, [10, 1]), grey(9.5, [10, 1]), grey(9.6, [10, 1])]).toEqual([0, 0, 255])
  })
  test('signed values, slope and intercept give Hounsfield units', () => {
    const stored = new Int16Array([-2000, 1024, 1064, 1500])
    const shown = levels(raster(stored, { intercept: -1024 }), [40, 400])
    expect(shown).toEqual([0, 102, 128, 255])
  })
  test('unsigned values above the middle stay bright', () => {
    expect(levels(raster(new Uint16Array([0, 32768, 65535])), [32768, 65536])).toEqual([0, 128, 255])
  })
  test('SIGMOID and LINEAR_EXACT are the functions of the standard', () => {
    const window = [100, 40] as const
    expect(grey(100, window, 'SIGMOID')).toBe(127.5)
    expect(grey(110, window, 'SIGMOID')).toBeCloseTo(255 / (1 + Math.exp(-1)), 6)
    expect([80, 100, 120].map((value) => grey(value, window, 'LINEAR_EXACT'))).toEqual([0, 127.5, 255])
    expect(grey(0.75, [0.5, 0.5], 'LINEAR_EXACT')).toBe(255)
  })
  test('a curve of the file gives grey by its table, and its ends go on', () => {
    const curve = curveOf({
      name: '',
      first: -2,
      count: 5,
      window: [0, 4],
      steps: [
        [0, 7],
        [2, 90],
        [4, 250],
      ],
    })
    const of = raster(new Int16Array([-9, -2, 0, 1, 2, 9]))
    const shown = render(of, { window: curve.window, invert: false, curve })
    expect([...shown].map((pixel) => pixel & 0xff)).toEqual([7, 7, 90, 90, 250, 250])
  })
  test('a preview is shown as it came, whatever it was drawn by', () => {
    const grey = new Uint8Array([0, 60, 128, 200, 255])
    const size = { rows: 1, columns: 5, samples: 1 } as const
    const of = { rows: 1, columns: 5, photometric: 'MONOCHROME2' as const }
    const preview = previewRaster(grey, size, of, [1000, 800])
    const curve = curveOf({ name: '', first: 0, count: 2, window: [7, 9], steps: [[0, 0]] })
    for (const look of [{ by: 'SIGMOID' as const }, { curve }]) {
      const shown = render(preview, { window: [1000, 800], invert: false, ...look })
      const apart = [...shown].map((pixel, i) => Math.abs((pixel & 0xff) - (grey[i] as number)))
      expect(Math.max(...apart)).toBeLessThanOrEqual(1)
    }
  })
  test('MONOCHROME1 shows small values bright, and inverting turns it again', () => {
    const low = new Uint8Array([0, 255])
    expect(levels(raster(low, { photometric: 'MONOCHROME1' }), PLAIN)).toEqual([255, 0])
    expect(levels(raster(low, { photometric: 'MONOCHROME1' }), PLAIN, true)).toEqual([0, 255])
    expect(levels(raster(low), PLAIN, true)).toEqual([255, 0])
  })
  test('colour is left as it is', () => {
    const shown = render(raster(new Uint8Array([1, 2, 3]), { columns: 1, samples: 3 }), {
      window: PLAIN,
      invert: false,
    })
    expect((shown[0] as number).toString(16)).toBe('ff030201')
  })
  test('a found window leaves out single bright values', () => {
    const values = new Uint16Array(1000).map((_, i) => (i < 999 ? i % 100 : 60000))
    const [centre, width] = windowOfAll(raster(values))
    expect(width).toBeLessThan(110)
    expect(centre).toBeGreaterThan(45)
    expect(centre).toBeLessThan(55)
  })
  test('padding does not count, and nothing but padding is shown plainly', () => {
    const values = new Int16Array([-2000, -2000, 10, 20])
    expect(windowOfAll(raster(values), -2000)[0]).toBe(15.5)
    expect(windowOfAll(raster(new Int16Array([-2000])), -2000)).toBe(PLAIN)
  })
  test('dragging down darkens and dragging right widens', () => {
    const [centre, width] = dragged({ window: PRESETS.mediastinum, invert: false }, 30, 60)
    expect(centre).toBeGreaterThan(PRESETS.mediastinum[0])
    expect(width).toBeGreaterThan(PRESETS.mediastinum[1])
    expect(dragged({ window: [40, 2], invert: false }, -1000, 0)[1]).toBe(1)
  })
})

describe('the pixel stream', () => {
  const facts = { rows: 2, columns: 3, samples: 1, bits: 16, signed: true }

  test('the delta filter is taken back, also where differences wrap', () => {
    const real = new Int16Array([-30000, 30000, 5, -1, 32767, -32768])
    const sent = new Int16Array(real)
    for (let row = 1; row >= 0; row--) {
      for (let i = 2; i > 0; i--)
        sent[row * 3 + i] = (real[row * 3 + i] as number) - (real[row * 3 + i - 1] as number)
      if (row > 0) sent[row * 3] = (real[row * 3] as number) - (real[row * 3 - 3] as number)
    }
    expect(decodePixels(sent.buffer, facts, 'delta')).toEqual(real)
  })
  test('planes of folded differences are put together again', () => {
    const real = new Int16Array([-30000, 30000, 5, -1, 32767, -32768])
    const sent = new Uint8Array(12)
    real.forEach((value, i) => {
      const before = i % 3 ? (real[i - 1] as number) : i ? (real[i - 3] as number) : 0
      const change = ((value - before) << 16) >> 16
      const folded = ((change << 1) ^ (change >> 15)) & 0xffff
      sent[i] = folded & 255
      sent[6 + i] = folded >> 8
    })
    expect(decodePixels(sent.buffer, facts, 'planes')).toEqual(real)
  })
  test('of colours each goes with its own', () => {
    const real = [10, 20, 30, 11, 19, 33, 7, 7, 7, 8, 9, 10]
    const sent = new Uint8Array([10, 20, 30, 1, -1, 3, -3, -13, -23, 1, 2, 3])
    const shape = { rows: 2, columns: 2, samples: 3, bits: 8, signed: false }
    expect([...decodePixels(sent.buffer, shape, 'delta')]).toEqual(real)
  })
  test('half a picture is none', () => {
    expect(decodePixels(new Int16Array(6).buffer, facts, 'none')).toHaveLength(6)
    expect(() => decodePixels(new Int16Array(5).buffer, facts, 'none')).toThrow(BrokenPixels)
    expect(() => decodePixels(new ArrayBuffer(11), facts, 'none')).toThrow(BrokenPixels)
    expect(() => decodePixels(new Int16Array(6).buffer, facts, 'zigzag')).toThrow(BrokenPixels)
  })
})

describe('previews', () => {
  const of = { rows: 512, columns: 512, photometric: 'MONOCHROME2' }
  const size = { rows: 1, columns: 3, samples: 1 } as const

  test('a preview shows the same grey in the window that it was drawn with', () => {
    const small = previewRaster(new Uint8Array([0, 100, 255]), size, of, [-600, 1500])
    expect(levels(small, [-600, 1500]).map((one, i) => Math.abs(one - [0, 100, 255][i]!) <= 1)).toEqual([
      true,
      true,
      true,
    ])
    expect(small.coarse).toEqual([512 / 3, 512])
  })
  test('and of MONOCHROME1, which the server has turned, too', () => {
    const turned = previewRaster(
      new Uint8Array([0, 100, 255]),
      size,
      { ...of, photometric: 'MONOCHROME1' },
      [2000, 4000],
    )
    const shown = levels(turned, [2000, 4000])
    expect(shown.every((one, i) => Math.abs(one - [0, 100, 255][i]!) <= 1)).toBe(true)
  })
})

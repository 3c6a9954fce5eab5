import { describe, expect, test } from 'vitest'
import type { CurveView } from '@/imaging/curves'
import type { Stack } from '@/imaging/stack'
import { slicesOf, type InstanceView } from '@/imaging/study'
import { Viewport } from '@/imaging/viewport'
import { dragged } from '@/imaging/windowing'
import { aSeries } from './studies'

const curve = (name: string): CurveView => ({
  name,
  first: 0,
  count: 2,
  window: [300, 200],
  steps: [[0, name === 'print' ? 10 : 20]],
})

function showing(changes: Partial<InstanceView>): Viewport {
  const series = aSeries(1, changes)
  const viewport = new Viewport(document.createElement('canvas'))
  viewport.open({ slices: slicesOf(series), focus: () => undefined, at: () => undefined } as unknown as Stack)
  return viewport
}

describe('the file’s own look', () => {
  test('a file with curves opens by its first one, and its window is another choice', () => {
    const viewport = showing({ curves: [curve('print'), curve('screen')], windows: [[40, 400, '']] })
    expect([viewport.shownCurve, viewport.look.curve?.name]).toEqual([0, 'print'])
    viewport.setWindow(undefined, 1)
    expect(viewport.look.curve?.name).toBe('screen')
    viewport.setWindow([40, 400])
    expect([viewport.shownCurve, viewport.look.curve, viewport.look.window]).toEqual([
      undefined,
      undefined,
      [40, 400],
    ])
    viewport.reset()
    expect(viewport.shownCurve).toBe(0)
  })
  test('dragging leaves the curve, from the window that is most like it', () => {
    const viewport = showing({ curves: [curve('print')] })
    viewport.setWindow(dragged(viewport.look, 0, 0))
    expect([viewport.look.curve, viewport.look.window]).toEqual([undefined, [300, 200]])
  })
  test('a curve that a slice does not have is not made up', () => {
    const viewport = showing({ windows: [[40, 400, '']] })
    viewport.setWindow(undefined, 3)
    expect([viewport.look.curve, viewport.look.window]).toEqual([undefined, [40, 400]])
  })
  test('a window keeps the file’s function when it is dragged', () => {
    const viewport = showing({ voi_function: 'SIGMOID', windows: [[40, 400, '']] })
    viewport.setWindow(dragged(viewport.look, 30, 0))
    expect([viewport.look.by, viewport.look.window]).toEqual(['SIGMOID', [40, 440]])
  })
})

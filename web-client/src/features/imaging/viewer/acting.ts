/** What buttons and keys do to a stage. */
import { Cine, paceOf } from '@/imaging/cine'
import type { Tool } from '@/imaging/gestures'
import type { Wanted } from '@/imaging/keys'
import { flipped, turned } from '@/imaging/transform'
import type { Viewport } from '@/imaging/viewport'
import { firstWindow, hasPresets, PRESETS, type Preset } from '@/imaging/windowing'
import { onScopeDispose, ref } from 'vue'

export interface Acts {
  viewport: () => Viewport | undefined
  tool: (tool: Tool) => void
  giveUp: () => void
  remove: () => void
  words: () => void
}

export function useActs(of: Acts) {
  const playing = ref(false)
  const pace = ref(8)
  const inverted = ref(false)
  let cine: Cine | undefined

  function stopPlaying(): void {
    cine?.pause()
    cine = undefined
    playing.value = false
  }
  function play(): void {
    const viewport = of.viewport()
    if (cine) return stopPlaying()
    if (!viewport) return
    pace.value = paceOf(viewport)
    cine = new Cine(viewport, pace.value)
    cine.play()
    playing.value = cine.playing
    if (!playing.value) cine = undefined
  }
  onScopeDispose(stopPlaying)

  const runs: Record<Extract<Wanted, { run: string }>['run'], (viewport: Viewport) => void> = {
    reset: (viewport) => {
      stopPlaying()
      viewport.reset()
      inverted.value = false
    },
    turn: (viewport) => viewport.setPlace(turned(viewport.place, 1)),
    flip: (viewport) => viewport.setPlace(flipped(viewport.place)),
    invert: (viewport) => {
      viewport.setInvert(!viewport.invert)
      inverted.value = viewport.invert
    },
    cine: play,
    giveUp: of.giveUp,
    remove: of.remove,
    overlay: of.words,
  }

  function preset(name: Preset | 'own'): void {
    const viewport = of.viewport()
    const slice = viewport?.slice
    if (!slice) return
    // Where the file has a curve, its window is another choice; elsewhere it is what the picture opened with.
    if (name === 'own') viewport.setWindow(slice.instance.curves?.length ? firstWindow(slice) : undefined)
    else if (hasPresets(slice.instance)) viewport.setWindow(PRESETS[name])
  }
  const curve = (n: number): void => of.viewport()?.setWindow(undefined, n)

  function act(wanted: Wanted): void {
    const viewport = of.viewport()
    if (!viewport) return
    if ('step' in wanted) viewport.step(wanted.step)
    else if ('go' in wanted) viewport.show(wanted.go === 'first' ? 0 : Infinity)
    else if ('zoom' in wanted) viewport.zoomAt(wanted.zoom)
    else if ('tool' in wanted) of.tool(wanted.tool)
    else if ('preset' in wanted) preset(wanted.preset)
    else runs[wanted.run](viewport)
  }

  return {
    playing,
    pace,
    inverted,
    act,
    preset,
    curve,
    stopPlaying,
    setPace(perSecond: number): void {
      pace.value = perSecond
      if (cine) cine.perSecond = perSecond
    },
  }
}

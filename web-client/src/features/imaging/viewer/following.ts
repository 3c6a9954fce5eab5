/**
 * Following the presenter, looking around on one's own, presenting: who leads is the room's, whether I follow is mine. What I
 * change while I present goes out; what I change while I follow means that I look around.
 */
import { computed, onScopeDispose, reactive, ref, watch } from 'vue'
import {
  encodeCursor,
  encodeView,
  type Point,
  type SharedSlice,
  type SharedView,
  type SharedViewState,
} from '@/imaging/sharing'
import type { Viewport } from '@/imaging/viewport'
import { t } from '@/i18n/words/imview'

export interface Following {
  mode: 'alone' | 'none' | 'mine' | 'following' | 'around'
  /** Of the presenter. */
  name: string
  mayPresent: boolean
  mayGive: boolean
}

export interface Followed {
  share: () => SharedView | undefined
  studyId: () => string
  seriesId: () => string | undefined
  /** What stands beside it. */
  beside: () => (SharedSlice & { study: string }) | undefined
  viewport: () => Viewport | undefined
  /** Opens what the presenter shows, if it is in this study; whether it is open now. */
  show: (view: SharedViewState) => boolean
  /** The presenter shows another study. */
  elsewhere: (studyId: string) => void
}

export function useFollowing(of: Followed) {
  const around = ref(false)
  let applying = false
  let sending = false

  const presenter = computed(() => of.share()?.presenter.value ?? null)
  const mode = computed((): Following['mode'] => {
    const share = of.share()
    if (!share) return 'alone'
    if (presenter.value === null) return 'none'
    if (presenter.value === share.me) return 'mine'
    return around.value ? 'around' : 'following'
  })
  const state = computed((): Following => {
    const share = of.share()
    return {
      mode: mode.value,
      name: (presenter.value !== null && share?.nameOf?.(presenter.value)) || t('follow.someone'),
      mayPresent: share?.mayPresent !== false,
      mayGive: share?.give !== undefined,
    }
  })

  function current(): SharedViewState | undefined {
    const viewport = of.viewport()
    const slice = viewport?.slice
    const series = of.seriesId()
    if (!viewport || !slice || !series) return undefined
    const { study: prior, ...beside } = of.beside() ?? {}
    return encodeView({
      study: of.studyId(),
      series,
      instance: slice.instance.id,
      frame: slice.frame,
      window: viewport.look.window,
      zoom: viewport.place.zoom,
      pan: viewport.place.pan,
      turn: viewport.place.turn,
      flip: viewport.place.flip,
      invert: viewport.invert,
      ...(viewport.shownCurve !== undefined && { curve: viewport.shownCurve }),
      ...(prior !== undefined && { prior, beside: beside as SharedSlice }),
    })
  }

  /** Once for everything that changed together: two paired stages, a window with a place. */
  function send(): void {
    if (sending) return
    sending = true
    queueMicrotask(() => {
      sending = false
      const view = mode.value === 'mine' ? current() : undefined
      if (view) of.share()?.setView(view)
    })
  }

  /** Something on the stage has changed, by this person or by following. */
  function changed(): void {
    if (applying) return
    if (mode.value === 'following') around.value = true
    send()
  }

  function apply(view: SharedViewState | null): void {
    if (!view) return
    if (view.study !== of.studyId()) return of.elsewhere(view.study)
    applying = true
    try {
      const viewport = of.show(view) ? of.viewport() : undefined
      if (!viewport) return
      viewport.setWindow(view.window, view.curve)
      if (viewport.invert !== view.invert) viewport.setInvert(view.invert)
      viewport.setPlace({ zoom: view.zoom, pan: view.pan, turn: view.turn, flip: view.flip })
    } finally {
      applying = false
    }
  }

  function catchUp(): void {
    if (mode.value === 'following') apply(of.share()?.view.value ?? null)
  }

  /** A stage has come: who presents goes on where the room is, and shows this study to everybody. */
  function begin(): void {
    if (mode.value !== 'mine') return catchUp()
    const view = of.share()?.view.value
    if (view?.study === of.studyId()) apply(view)
    send()
  }

  const undo = [
    // Each view as it comes, before Vue's next turn: twenty a second.
    watch(() => of.share()?.view.value, catchUp, { flush: 'sync' }),
    watch(mode, (now) => {
      if (now === 'mine') send()
      if (now === 'following') catchUp()
    }),
    // A new presenter is followed, whoever one looked away from before.
    watch(presenter, () => (around.value = false), { flush: 'sync' }),
  ]
  onScopeDispose(() => {
    for (const one of undo) one()
    of.share()?.setCursor(null)
  })

  function point(at: Point | null, shown: boolean, viewport = of.viewport()): void {
    const share = of.share()
    const slice = viewport?.slice
    if (!share) return
    if (!at || !slice || !shown) return share.setCursor(null)
    share.setCursor(encodeCursor({ x: at[0], y: at[1], instance: slice.instance.id, frame: slice.frame }))
  }

  return reactive({
    state,
    changed,
    begin,
    catchUp,
    send,
    point,
    look: () => (around.value = true),
    back: () => (around.value = false),
    /** Runs something that is no act of the person. */
    quietly(run: () => void): void {
      const before = applying
      applying = true
      run()
      applying = before
    },
  })
}

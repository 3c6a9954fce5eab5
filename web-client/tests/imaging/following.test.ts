import { beforeEach, describe, expect, test } from 'vitest'
import { effectScope, ref, type EffectScope } from 'vue'
import { useFollowing } from '@/features/imaging/viewer/following'
import type { SharedCursor, SharedSlice, SharedView, SharedViewState } from '@/imaging/sharing'
import type { Place } from '@/imaging/transform'
import { FITTED } from '@/imaging/transform'
import type { Viewport } from '@/imaging/viewport'
import { slicesOf } from '@/imaging/study'
import { aSeries } from './studies'

const VIEW: SharedViewState = {
  study: 'study-1',
  series: 's1',
  instance: 'i7',
  frame: 1,
  window: [-600, 1500],
  zoom: 2,
  pan: [10, -4],
  turn: 1,
  flip: false,
  invert: true,
}

/** What changed together has been sent. */
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await Promise.resolve()
}

/** A stage that only remembers. */
class Stage {
  slices = slicesOf(aSeries(10))
  index = 0
  place: Place = FITTED
  invert = false
  look = { window: [40, 400] as readonly [number, number], invert: false }
  told: () => void = () => undefined
  get slice() {
    return this.slices[this.index]
  }
  show(index: number): void {
    this.index = index
    this.told()
  }
  setWindow(window: readonly [number, number]): void {
    this.look = { ...this.look, window }
    this.told()
  }
  setInvert(invert: boolean): void {
    this.invert = invert
    this.told()
  }
  setPlace(place: Place): void {
    this.place = place
    this.told()
  }
}

describe('following the presenter', () => {
  const presenter = ref<string | null>(null)
  const view = ref<SharedViewState | null>(null)
  let stage: Stage
  let sent: SharedViewState[]
  let pointed: (SharedCursor | null)[]
  let elsewhere: string[]
  let beside: (SharedSlice & { study: string }) | undefined
  let scope: EffectScope
  let following: ReturnType<typeof useFollowing>

  beforeEach(() => {
    scope?.stop()
    presenter.value = 'zhou'
    view.value = null
    ;[stage, sent, pointed, elsewhere, beside] = [new Stage(), [], [], [], undefined]
    const share: SharedView = {
      me: 'me',
      presenter,
      view,
      cursors: ref(new Map()),
      take: async () => void (presenter.value = 'me'),
      setView: (one) => sent.push(one),
      setCursor: (one) => pointed.push(one),
      nameOf: () => '周启明',
    }
    scope = effectScope()
    scope.run(() => {
      following = useFollowing({
        share: () => share,
        studyId: () => 'study-1',
        seriesId: () => 's1',
        beside: () => beside,
        viewport: () => stage as unknown as Viewport,
        show: (one) => {
          stage.show(stage.slices.findIndex((slice) => slice.instance.id === one.instance))
          return true
        },
        elsewhere: (id) => elsewhere.push(id),
      })
    })
    stage.told = () => following.changed()
  })

  test('every view of the presenter is shown, and following it is no act of mine', () => {
    view.value = VIEW
    expect([stage.index, stage.place, stage.look.window, stage.invert]).toEqual([
      6,
      { zoom: 2, pan: [10, -4], turn: 1, flip: false },
      [-600, 1500],
      true,
    ])
    expect(following.state).toMatchObject({ mode: 'following', name: '周启明' })
    expect(sent).toEqual([])
  })
  test('whoever turns a page looks around, and comes back to where the presenter is by then', () => {
    view.value = VIEW
    stage.show(2)
    expect(following.state.mode).toBe('around')
    view.value = { ...VIEW, instance: 'i9' }
    expect(stage.index).toBe(2)
    following.back()
    following.catchUp()
    expect([following.state.mode, stage.index]).toEqual(['following', 8])
  })
  test('who presents sends what changes, from the moment of taking over', async () => {
    view.value = VIEW
    presenter.value = 'me'
    await settled()
    expect(sent).toHaveLength(1)
    stage.show(3)
    stage.setWindow([50, 350])
    await settled()
    expect(sent).toHaveLength(2)
    expect(sent.at(-1)).toMatchObject({ instance: 'i4', zoom: 2, pan: [10, -4], turn: 1, invert: true })
    expect(following.state.mode).toBe('mine')
  })
  test('what stands beside is sent with it, down to its picture', async () => {
    presenter.value = 'me'
    beside = { study: 'study-0', series: 's0', instance: 'p3', frame: 1 }
    following.changed()
    await settled()
    expect(sent.at(-1)).toMatchObject({
      prior: 'study-0',
      beside: { series: 's0', instance: 'p3', frame: 1 },
    })
  })
  test('who presents and comes back goes on where the room is', async () => {
    view.value = VIEW
    presenter.value = 'me'
    await settled()
    stage.index = 0
    following.begin()
    await settled()
    expect([stage.index, sent.at(-1)?.instance]).toEqual([6, 'i7'])
  })
  test('who presents another study shows it to all at once', async () => {
    view.value = { ...VIEW, study: 'study-2' }
    presenter.value = 'me'
    await settled()
    sent = []
    following.begin()
    await settled()
    expect(sent.map((one) => one.study)).toEqual(['study-1'])
    expect(elsewhere).toEqual(['study-2'])
  })
  test('a new presenter is followed by those who looked around', () => {
    stage.show(2)
    expect(following.state.mode).toBe('around')
    presenter.value = 'luo'
    expect(following.state.mode).toBe('following')
  })
  test('alone in the room nobody follows anybody', () => {
    presenter.value = null
    stage.show(2)
    expect([following.state.mode, sent]).toEqual(['none', []])
  })
  test('another study is told to the page, not shown over this one', () => {
    view.value = { ...VIEW, study: 'study-2' }
    expect([elsewhere, stage.index]).toEqual([['study-2'], 0])
  })
  test('a pointer is told in image pixels, and gone when it leaves', () => {
    following.point([12.345, 7], true)
    following.point([1, 1], false)
    following.point(null, true)
    expect(pointed).toEqual([{ x: 12.3, y: 7, instance: 'i1', frame: 1 }, null, null])
  })
})

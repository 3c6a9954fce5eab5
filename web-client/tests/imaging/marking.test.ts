import { computed, effectScope, nextTick, reactive, ref } from 'vue'
import { describe, expect, test } from 'vitest'
import type { Draft } from '@/imaging/drafting'
import type { PassingMark, SharedView } from '@/imaging/sharing'
import type { Viewport } from '@/imaging/viewport'
import { useMarks } from '@/features/imaging/viewer/marking'

const LENGTH = {
  kind: 'length',
  points: [
    [1, 2],
    [3, 4],
  ],
} as unknown as Draft
const VIEWPORT = {
  slice: { instance: { id: 'one' }, frame: 1 },
  setMarks: () => undefined,
} as unknown as Viewport

function presenting() {
  const said: (readonly PassingMark[])[] = []
  const word = ref(0)
  const share = {
    me: 'me',
    marks: ref<readonly PassingMark[]>([]),
    setMarks: (marks: readonly PassingMark[]) => said.push(marks),
  } as unknown as SharedView
  // As the viewer's own: another object with every word in the room, the mode in it the same.
  const state = reactive({ now: computed(() => ({ mode: word.value < 0 ? 'none' : 'mine' })) })
  const scope = effectScope()
  const marks = scope.run(() =>
    useMarks({
      ask: () => () => Promise.reject(new Error('nothing is kept here')),
      studyId: () => 'study',
      live: () => false,
      meetingId: () => undefined,
      share: () => share,
      presenting: () => state.now.mode === 'mine',
      viewports: () => [VIEWPORT],
      told: () => undefined,
    }),
  )
  if (!marks) throw new Error('no scope')
  return { said, word, marks, stop: () => scope.stop() }
}

describe('marks of the presenter', () => {
  test('are told when they change, not with every word in the room', async () => {
    const { said, word, marks, stop } = presenting()
    await nextTick()
    said.length = 0 // a study that is opened begins with none
    for (let count = 0; count < 5; count++) {
      word.value++
      await nextTick()
    }
    expect(said).toEqual([])
    marks.add(LENGTH, VIEWPORT)
    await nextTick()
    word.value++
    await nextTick()
    expect(said.map((one) => one.map((mark) => mark.by))).toEqual([['me']])
    stop()
  })
})

/** All marks on a stage: those that last, those the presenter shows, those of this person that nobody keeps yet. */
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { asProblem, type Problem } from '@/api/problem'
import type { Draft } from '@/imaging/drafting'
import type { Mark } from '@/imaging/measure'
import { encodeMarks, type Point, type SharedView } from '@/imaging/sharing'
import type { Ask } from '@/imaging/transport'
import type { Viewport } from '@/imaging/viewport'
import { keepMark, keptMarks, removeMark, type KeptMark } from './keeping'

export interface Marked {
  ask: () => Ask
  studyId: () => string
  /** Whether marks of this study can be asked for live. */
  live: () => boolean
  meetingId: () => string | undefined
  share: () => SharedView | undefined
  presenting: () => boolean
  viewports: () => readonly Viewport[]
  told: (ids: readonly string[]) => void
}

const NONE: readonly Mark[] = []

export function useMarks(of: Marked) {
  const kept = shallowRef<readonly KeptMark[]>([])
  const own = shallowRef<readonly Mark[]>([])
  const draft = shallowRef<Mark>()
  const chosen = ref<string>()
  const busy = ref(false)
  const problem = ref<Problem>()
  let abort = new AbortController()

  const shared = computed((): readonly Mark[] => {
    const share = of.share()
    return !share?.marks || of.presenting() ? NONE : share.marks.value
  })
  const chosenKept = computed(() => kept.value.find((mark) => mark.id === chosen.value))

  function spread(): void {
    const all = [...kept.value, ...shared.value, ...own.value, ...(draft.value ? [draft.value] : [])]
    for (const viewport of of.viewports()) viewport.setMarks(all, chosen.value)
  }
  // Getters: a shallow ref among several sources counts as changed whenever any of them was asked again, which here is with
  // every word in the room; and what is told to the room comes back as one.
  watch([() => kept.value, () => own.value, shared, () => draft.value, chosen], spread, { flush: 'sync' })
  watch([() => own.value, of.presenting], ([marks, presenting]) => {
    const share = of.share()
    if (presenting && share) share.setMarks?.(encodeMarks(marks.map((mark) => ({ ...mark, by: share.me }))))
  })

  async function load(): Promise<void> {
    abort.abort()
    const mine = (abort = new AbortController())
    try {
      const found = await keptMarks(of.ask(), of.studyId(), mine.signal)
      if (!mine.signal.aborted) kept.value = found
    } catch {
      // Pictures are read without marks too; the next change asks again.
    }
  }

  let unwatch: (() => void) | undefined
  async function listen(): Promise<void> {
    unwatch?.()
    unwatch = undefined
    const topic = `imaging-marks:${of.studyId()}`
    if (!of.live()) return
    const { topics } = await import('@/rt/watching')
    if (!abort.signal.aborted) unwatch = topics.watch(topic, () => void load())
  }
  watch(
    of.studyId,
    () => {
      kept.value = []
      own.value = []
      chosen.value = undefined
      void load().then(listen)
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    abort.abort()
    unwatch?.()
  })

  function markOf(from: Draft, viewport: Viewport, text?: string): Mark | undefined {
    const { slice } = viewport
    if (!slice) return undefined
    const { kind, points } = from
    const place = { instance: slice.instance.id, frame: slice.frame }
    return { id: crypto.randomUUID(), kind, points, ...place, ...(text && { text }) }
  }

  return {
    kept,
    own,
    chosen,
    chosenKept,
    busy,
    problem,
    spread,
    drafting: (from: Draft | undefined, viewport: Viewport) => {
      draft.value = from && markOf(from, viewport)
    },
    add(from: Draft, viewport: Viewport, text?: string): void {
      const mark = markOf(from, viewport, text)
      if (!mark) return
      own.value = [...own.value, mark]
      chosen.value = mark.id
    },
    reshape(mark: Mark, points: readonly Point[]): void {
      own.value = own.value.map((one) => (one.id === mark.id ? { ...one, points } : one))
    },
    isOwn: (mark: Mark): boolean => own.value.some((one) => one.id === mark.id),
    clear(): void {
      own.value = []
      chosen.value = undefined
    },
    /** Takes the chosen mark away: one that lasts only if it is one's own. */
    async remove(): Promise<void> {
      const id = chosen.value
      const lasting = chosenKept.value
      if (!id || (lasting && !lasting.mine)) return
      chosen.value = undefined
      own.value = own.value.filter((one) => one.id !== id)
      if (!lasting) return
      try {
        await removeMark(id)
        kept.value = kept.value.filter((one) => one.id !== id)
        of.told(kept.value.map((one) => one.id))
      } catch (error) {
        problem.value = asProblem(error)
      }
    },
    /** Keeps all of one's own; those that could not be kept stay as they were. */
    async keep(): Promise<void> {
      if (busy.value) return
      busy.value = true
      problem.value = undefined
      try {
        for (const mark of own.value) {
          const figures = of.viewports()[0]?.figures(mark)
          const lasting = await keepMark(of.studyId(), mark, figures, of.meetingId())
          kept.value = [...kept.value.filter((one) => one.id !== lasting.id), lasting]
          own.value = own.value.filter((one) => one.id !== mark.id)
        }
        of.told(kept.value.map((one) => one.id))
      } catch (error) {
        problem.value = asProblem(error)
      }
      busy.value = false
    },
  }
}
export type Marks = ReturnType<typeof useMarks>

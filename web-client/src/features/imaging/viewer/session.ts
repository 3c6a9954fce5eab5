/** The study that is open, its series and how far they have come; every stage that shows a stack of it. */
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { asProblem, type Problem } from '@/api/problem'
import type { Progress, Stack } from '@/imaging/stack'
import { slicesOf, type SeriesView, type StudyView } from '@/imaging/study'
import type { Viewport } from '@/imaging/viewport'
import { askWith, Openings } from './opening'

const TELL_EVERY_MS = 300

export interface SessionOf {
  studyId: () => string
  auth: () => string | undefined
  /** The first series of a study is shown, which is no act of the person. */
  quietly: (run: () => void) => void
}

export const pictured = (study: StudyView): SeriesView[] =>
  study.series.filter((series) => slicesOf(series).length > 0)

export function useSession(of: SessionOf) {
  const study = shallowRef<StudyView>()
  const series = shallowRef<SeriesView>()
  const problem = ref<Problem>()
  const progress = shallowRef<Progress>()
  const main = shallowRef<Viewport>()
  const viewports = new Set<Viewport>()
  const ask = askWith(of.auth)
  const openings = new Openings(ask, arrived)
  let timer: ReturnType<typeof setTimeout> | undefined
  let abort = new AbortController()

  function arrived(stack: Stack, told: () => Progress): void {
    for (const viewport of viewports) if (viewport.stack === stack) viewport.draw()
    if (main.value?.stack !== stack || timer !== undefined) return
    timer = setTimeout(() => {
      timer = undefined
      if (main.value?.stack === stack) progress.value = told()
    }, TELL_EVERY_MS)
  }

  /** A series goes onto a stage; what it had loaded is still there. */
  function put(viewport: Viewport, what: SeriesView, index = 0): void {
    const before = viewport.stack
    const stack = openings.stack(what)
    viewport.open(stack, index)
    if (before && before !== stack && ![...viewports].some((one) => one.stack === before)) before.rest()
  }

  function open(what: SeriesView, index = 0): void {
    series.value = what
    if (main.value) put(main.value, what, index)
    progress.value = main.value?.stack?.progress()
  }

  async function load(): Promise<void> {
    abort.abort()
    const mine = (abort = new AbortController())
    study.value = undefined
    series.value = undefined
    problem.value = undefined
    try {
      const found = await openings.opened(of.studyId(), mine.signal)
      if (mine.signal.aborted) return
      study.value = found
      const [first] = pictured(found)
      if (first) of.quietly(() => open(first))
    } catch (error) {
      if (!mine.signal.aborted) problem.value = asProblem(error)
    }
  }

  const online = () => {
    for (const { stack } of viewports) stack?.again()
  }
  addEventListener('online', online)
  watch(of.studyId, load, { immediate: true })
  onScopeDispose(() => {
    removeEventListener('online', online)
    clearTimeout(timer)
    abort.abort()
    openings.stop()
  })

  return {
    study,
    series,
    problem,
    progress,
    main,
    ask,
    several: computed(() => (progress.value?.total ?? 0) > 1),
    load,
    open,
    put,
    other: (id: string): Promise<StudyView> => openings.study(id, abort.signal),
    all: (): Viewport[] => [...viewports],
    /** A stage has come. */
    join(viewport: Viewport, isMain: boolean): void {
      viewports.add(viewport)
      if (!isMain) return
      main.value = viewport
      if (series.value) of.quietly(() => open(series.value as SeriesView))
    },
    leave(viewport: Viewport): void {
      viewports.delete(viewport)
      if (main.value === viewport) main.value = undefined
    },
  }
}
export type Session = ReturnType<typeof useSession>

/** A second stage beside the first: an earlier study or another series, going through the slices together. */
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { asProblem, type Problem } from '@/api/problem'
import { Pairing } from '@/imaging/pairing'
import { sameCut, slicesOf, type SeriesView, type StudyView } from '@/imaging/study'
import type { Viewport } from '@/imaging/viewport'
import { pictured, type Session } from './session'

/** The series of another study that is most like this one: same kind and cut, same words, most slices. */
export function mostAlike(study: StudyView, like: SeriesView | undefined): SeriesView | undefined {
  const first = like && slicesOf(like)[0]
  const rank = (one: SeriesView): number => {
    const slices = slicesOf(one)
    const kind = one.modality === like?.modality ? 4 : 0
    const cut = sameCut(slices[0], first) ? 2 : 0
    return kind + cut + (one.description === like?.description ? 1 : 0) + Math.min(slices.length, 999) / 1000
  }
  return pictured(study).sort((a, b) => rank(b) - rank(a))[0]
}

export function useComparison(session: Session) {
  const study = shallowRef<StudyView>()
  const series = shallowRef<SeriesView>()
  const viewport = shallowRef<Viewport>()
  const linked = ref(true)
  const problem = ref<Problem>()
  let pairing: Pairing | undefined
  let wanted = 0

  function pair(): void {
    pairing?.stop()
    pairing = undefined
    linked.value = true
    const main = session.main.value
    if (!viewport.value || !series.value || !main) return
    session.put(viewport.value, series.value)
    pairing = new Pairing(main, viewport.value)
  }

  function stop(): void {
    wanted += 1
    pairing?.stop()
    pairing = undefined
    study.value = undefined
    series.value = undefined
    problem.value = undefined
  }
  onScopeDispose(stop)

  function show(of: StudyView, what: SeriesView): void {
    study.value = of
    series.value = what
    pair()
  }

  return {
    study,
    series,
    viewport,
    linked,
    problem,
    on: computed(() => series.value !== undefined),
    priorId: computed(() =>
      study.value && study.value.id !== session.study.value?.id ? study.value.id : undefined,
    ),
    stop,
    beside: (what: SeriesView): void => {
      if (session.study.value) show(session.study.value, what)
    },
    async prior(id: string): Promise<void> {
      const mine = ++wanted
      problem.value = undefined
      try {
        const found = await session.other(id)
        const alike = mostAlike(found, session.series.value)
        if (mine === wanted && alike) show(found, alike)
      } catch (error) {
        if (mine === wanted) problem.value = asProblem(error)
      }
    },
    join(stage: Viewport): void {
      viewport.value = stage
      session.join(stage, false)
      pair()
    },
    leave(): void {
      if (viewport.value) session.leave(viewport.value)
      viewport.value = undefined
      pairing?.stop()
      pairing = undefined
    },
    link(on: boolean): void {
      linked.value = on
      pairing?.link(on)
    },
  }
}
export type Comparison = ReturnType<typeof useComparison>

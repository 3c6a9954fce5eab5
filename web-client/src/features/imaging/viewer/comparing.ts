/** A second stage beside the first: an earlier study or another series, going through the slices together. */
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { asProblem, type Problem } from '@/api/problem'
import { Pairing } from '@/imaging/pairing'
import type { SharedSlice } from '@/imaging/sharing'
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

export interface Compared {
  session: Session
  /** Pairs two stages without that being an act of the person. */
  quietly: (run: () => void) => void
  /** Both stages are there and go together. */
  paired: () => void
}

export function useComparison({ session, quietly, paired }: Compared) {
  const study = shallowRef<StudyView>()
  const series = shallowRef<SeriesView>()
  const viewport = shallowRef<Viewport>()
  const linked = ref(true)
  const problem = ref<Problem>()
  let pairing: Pairing | undefined
  let wanted = 0
  /** What a presenter was followed to: opened once, however many views come while it loads. */
  let followed = ''

  function pair(): void {
    pairing?.stop()
    pairing = undefined
    linked.value = true
    const main = session.main.value
    const [stage, what] = [viewport.value, series.value]
    if (!stage || !what || !main) return
    quietly(() => {
      session.put(stage, what)
      pairing = new Pairing(main, stage)
    })
    paired()
  }

  function stop(): void {
    wanted += 1
    followed = ''
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

  const beside = (what: SeriesView): void => {
    if (session.study.value) show(session.study.value, what)
  }

  /** Another study, with the series that is named or else the one most like the first. */
  async function prior(id: string, named?: string): Promise<void> {
    const mine = ++wanted
    problem.value = undefined
    try {
      const found = await session.other(id)
      const what = found.series.find((one) => one.id === named) ?? mostAlike(found, session.series.value)
      if (mine === wanted && what) show(found, what)
    } catch (error) {
      if (mine === wanted) problem.value = asProblem(error)
    }
  }

  function follow(id: string | undefined, slice: SharedSlice | undefined): void {
    const here = session.study.value
    if (!id || !here) return followed || series.value ? stop() : undefined
    const asked = `${id} ${slice?.series ?? ''}`
    const open = study.value?.id === id && (!slice || series.value?.id === slice.series)
    if (asked === followed || open) return slice && turn(slice)
    followed = asked
    const own = id === here.id ? here.series.find((one) => one.id === slice?.series) : undefined
    if (own) beside(own)
    else if (id !== here.id) void prior(id, slice?.series)
  }

  function turn({ instance, frame }: SharedSlice): void {
    const slices = viewport.value?.stack?.slices ?? []
    const index = slices.findIndex((one) => one.instance.id === instance && one.frame === frame)
    if (index >= 0) pairing?.turn(index)
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
    beside,
    prior,
    /** As the presenter has it: what stands beside, and which of its pictures. */
    follow,
    /** What stands beside now, for those who follow. */
    get shown(): (SharedSlice & { study: string }) | undefined {
      const slice = viewport.value?.slice
      if (!study.value || !series.value || !slice) return undefined
      return {
        study: study.value.id,
        series: series.value.id,
        instance: slice.instance.id,
        frame: slice.frame,
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

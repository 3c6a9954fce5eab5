/** The stages of a viewer: which one is in use, what hands and keys do on each, marks that wait for their words. */
import { shallowRef, type Ref } from 'vue'
import type { Draft } from '@/imaging/drafting'
import type { Gestures, Hands, Tool } from '@/imaging/gestures'
import { wantedBy, type Wanted } from '@/imaging/keys'
import type { Viewport } from '@/imaging/viewport'
import type { Comparison } from './comparing'
import type { useFollowing } from './following'
import type { Marks } from './marking'
import type { Session } from './session'

export interface StagesOf {
  session: Session
  comparison: Comparison
  following: ReturnType<typeof useFollowing>
  marks: Marks
  tool: Ref<Tool>
  full: () => boolean
  act: (wanted: Wanted) => void
  active: Ref<Viewport | undefined>
}

/** A whole picture is paged through with one finger, a part of one is moved. */
const patientTool = (viewport: Viewport): Tool =>
  viewport.place.zoom <= 1.02 && (viewport.stack?.slices.length ?? 1) > 1 ? 'stack' : 'move'

export function useStages({ session, comparison, following, marks, tool, full, act, active }: StagesOf) {
  const gestures = new Map<Viewport, Gestures>()
  const writing = shallowRef<{ draft: Draft; viewport: Viewport }>()

  return {
    writing,
    handsFor: (viewport: Viewport): Hands => ({
      tool: () => (full() ? tool.value : patientTool(viewport)),
      pointed: (at) =>
        following.point(at, tool.value === 'point' || following.state.mode === 'mine', viewport),
      drafting: (draft) => marks.drafting(draft, viewport),
      marked: (draft) => {
        if (draft.kind === 'text') writing.value = { draft, viewport }
        else marks.add(draft, viewport)
      },
      reshaped: marks.reshape,
      chose: (mark) => (marks.chosen.value = mark?.id),
      own: marks.isOwn,
    }),
    joined(viewport: Viewport, hands: Gestures, isMain: boolean): void {
      gestures.set(viewport, hands)
      if (isMain) {
        active.value = viewport
        session.join(viewport, true)
        viewport.onChange((change) => change !== 'marks' && following.changed())
        following.begin()
      } else {
        viewport.onChange((change) => change === 'slice' && following.changed())
        comparison.join(viewport)
      }
      marks.spread()
    },
    gone(viewport: Viewport | undefined): void {
      if (!viewport) return
      gestures.delete(viewport)
      if (viewport === comparison.viewport.value) comparison.leave()
      else session.leave(viewport)
      if (active.value === viewport) active.value = session.main.value
    },
    pressed(event: KeyboardEvent): void {
      const held = { ctrl: event.ctrlKey, alt: event.altKey, meta: event.metaKey }
      const wanted = event.target === event.currentTarget ? wantedBy(event.key, held) : undefined
      if (!wanted) return
      event.preventDefault()
      act(wanted)
    },
    giveUp: (): void => {
      for (const one of gestures.values()) one.giveUp()
    },
    write(text: string): void {
      const asked = writing.value
      if (asked) marks.add(asked.draft, asked.viewport, text)
    },
  }
}

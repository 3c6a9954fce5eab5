/**
 * The room as the viewer needs it: who presents, what they look at, everybody's cursor. The viewer knows no rooms, the room
 * knows no pictures; this is all that lies between them.
 */
import { computed, shallowRef, watch, type Ref } from 'vue'
import {
  cursorKey,
  decodeCursor,
  decodeMarks,
  decodeView,
  encodeCursor,
  encodeMarks,
  encodeView,
  MARKS_KEY,
  VIEW_KEY,
  type PassingMark,
  type SharedCursor,
  type SharedView,
  type SharedViewState,
} from '@/imaging/sharing'
import type { RoomView } from '@/rt/view'

/** What of a call the sharing needs. */
export interface Sharer {
  share(key: string, value: unknown): void
  shareOwn(name: string, value: unknown): void
  present(): Promise<void>
  letPresent(seat: string | null): Promise<void>
}

const CURSOR = 'cursor'

function cursorsOf(room: RoomView): Map<string, SharedCursor & { name: string }> {
  const found = new Map<string, SharedCursor & { name: string }>()
  for (const person of room.people) {
    if (person.seat === room.seat || !person.present) continue
    const cursor = decodeCursor(room.state[cursorKey(person.seat)]?.value)
    if (cursor) found.set(person.seat, { ...cursor, name: person.name })
  }
  return found
}

/** A value that is only told when it is another one: the room speaks twenty times a second of all kinds of things. */
function steady<T>(of: () => T): Ref<T> {
  const told: Ref<T> = shallowRef(of())
  let spelt = JSON.stringify(told.value)
  watch(of, (next) => {
    const now = JSON.stringify(next)
    if (now === spelt) return
    spelt = now
    told.value = next
  })
  return told
}

export function useSharedView(call: Sharer, room: Ref<RoomView | undefined>): Ref<SharedView | undefined> {
  const presenter = computed(() => room.value?.presenter ?? null)
  const view = steady<SharedViewState | null>(() => decodeView(room.value?.state[VIEW_KEY]?.value))
  const marks = steady<readonly PassingMark[]>(() => decodeMarks(room.value?.state[MARKS_KEY]?.value))
  const cursors = shallowRef(new Map<string, SharedCursor & { name: string }>())
  let spelt = ''
  watch(
    room,
    (now) => {
      const next = now ? cursorsOf(now) : new Map<string, SharedCursor & { name: string }>()
      const written = JSON.stringify([...next])
      if (written === spelt) return
      spelt = written
      cursors.value = next
    },
    { immediate: true },
  )
  const me = computed(() => room.value?.seat)
  const mayPresent = computed(() => room.value?.grants.includes('share') ?? false)
  const nameOf = (seat: string) => room.value?.people.find((one) => one.seat === seat)?.name ?? ''

  return computed(() =>
    me.value === undefined
      ? undefined
      : {
          me: me.value,
          presenter,
          view,
          cursors,
          marks,
          mayPresent: mayPresent.value,
          nameOf,
          take: () => call.present(),
          give: () => call.letPresent(null),
          setView: (next) => call.share(VIEW_KEY, encodeView(next)),
          setCursor: (next) => call.shareOwn(CURSOR, encodeCursor(next)),
          setMarks: (next) => call.share(MARKS_KEY, encodeMarks(next)),
        },
  )
}

/**
 * The draft of one encounter: fetched once, saved by itself a moment after the last key, never lost. When another window
 * saved first, both are there and the doctor chooses.
 */
import { computed, onScopeDispose, reactive, ref, shallowRef, watch } from 'vue'
import { blank, fromContent, toContent, type Note } from './note'
import { api, got } from '@/api/client'
import { asProblem, type Problem } from '@/api/problem'
import type { components } from '@/api/schema'

type Draft = components['schemas']['DraftView']
export type SaveState = 'loading' | 'clean' | 'dirty' | 'saving' | 'failed' | 'conflict'

const SAVE_AFTER_MS = 1_200
const RETRY_MS = 5_000

export function useDraft(encounterId: string) {
  const note = reactive<Note>(blank())
  const state = ref<SaveState>('loading')
  const savedAt = ref<string>()
  const problem = shallowRef<Problem>()
  /** What the other window saved, while the doctor has not chosen. */
  const theirs = shallowRef<Note>()
  const path = { params: { path: { encounter_id: encounterId } } }
  let seq = 0
  let theirSeq = 0
  let sent = JSON.stringify(toContent(note))
  let timer: number | undefined
  let running: Promise<void> | undefined
  let writable = true
  let loaded = false

  function take(draft: Draft): void {
    seq = draft.seq
    savedAt.value = draft.saved_at
  }

  function show(next: Note): void {
    Object.assign(note, next)
    sent = JSON.stringify(toContent(note))
  }

  async function load(): Promise<void> {
    state.value = 'loading'
    try {
      const found = await got(api.GET('/api/encounters/{encounter_id}/note/draft', path))
      problem.value = undefined
      loaded = true
      if (found) {
        take(found)
        show(fromContent(found.content))
      }
      state.value = 'clean'
    } catch (error) {
      problem.value = asProblem(error)
      state.value = 'failed'
    }
  }

  const dirty = () => JSON.stringify(toContent(note)) !== sent

  async function put(): Promise<void> {
    const content = toContent(note)
    state.value = 'saving'
    try {
      take(
        await got(api.PUT('/api/encounters/{encounter_id}/note/draft', { ...path, body: { seq, content } })),
      )
      sent = JSON.stringify(content)
      problem.value = undefined
      state.value = dirty() ? 'dirty' : 'clean'
    } catch (error) {
      problem.value = asProblem(error)
      if (problem.value.code === 'note-changed-elsewhere') await meet()
      else state.value = 'failed'
    }
  }

  /** Another window was first: fetch what it wrote and let the doctor see both. */
  async function meet(): Promise<void> {
    state.value = 'conflict'
    try {
      const found = await got(api.GET('/api/encounters/{encounter_id}/note/draft', path))
      theirs.value = fromContent(found?.content ?? {})
      theirSeq = found?.seq ?? 0
    } catch (error) {
      problem.value = asProblem(error)
      state.value = 'failed'
    }
  }

  /** Saves now what is not saved; true when the server has all of it. */
  async function flush(): Promise<boolean> {
    window.clearTimeout(timer)
    if (!loaded || state.value === 'conflict' || !writable) return false
    for (let tries = 0; tries < 3 && (running || dirty()); tries++) {
      running ??= put().finally(() => (running = undefined))
      await running
      if (problem.value) return false
    }
    return !dirty()
  }

  function later(ms: number): void {
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void flush(), ms)
  }

  watch(note, () => {
    if (!loaded || state.value === 'conflict' || !dirty()) return
    if (state.value !== 'saving') state.value = 'dirty'
    later(SAVE_AFTER_MS)
  })
  watch(state, (now) => {
    if (now === 'failed' && loaded && problem.value?.passing) later(RETRY_MS)
    if (now === 'dirty') later(SAVE_AFTER_MS)
  })

  /** Goes on with what is on this screen, over what the other window saved. */
  async function keepMine(): Promise<void> {
    seq = theirSeq
    theirs.value = undefined
    problem.value = undefined
    state.value = 'dirty'
    sent = ''
    await flush()
  }

  /** Takes what the other window saved. Gives the way back to what was here. */
  function takeTheirs(): () => void {
    const mine = JSON.parse(JSON.stringify(note)) as Note
    seq = theirSeq
    if (theirs.value) show(theirs.value)
    theirs.value = undefined
    problem.value = undefined
    state.value = 'clean'
    return () => void Object.assign(note, mine)
  }

  const unsaved = computed(() => ['dirty', 'saving', 'failed', 'conflict'].includes(state.value))
  const warn = (event: BeforeUnloadEvent) => {
    if (!unsaved.value || !writable) return
    void flush()
    event.preventDefault()
  }
  const hidden = () => document.visibilityState === 'hidden' && void flush()
  addEventListener('beforeunload', warn)
  document.addEventListener('visibilitychange', hidden)
  onScopeDispose(() => {
    void flush()
    removeEventListener('beforeunload', warn)
    document.removeEventListener('visibilitychange', hidden)
  })

  void load()
  return {
    note,
    state,
    savedAt,
    problem,
    theirs,
    unsaved,
    failedToLoad: computed(() => state.value === 'failed' && !loaded),
    seq: () => seq,
    load,
    flush,
    keepMine,
    takeTheirs,
    /** After the signature nothing is saved any more. */
    close: () => {
      writable = false
      window.clearTimeout(timer)
      sent = JSON.stringify(toContent(note))
      state.value = 'clean'
    },
  }
}

export type DraftInHand = ReturnType<typeof useDraft>

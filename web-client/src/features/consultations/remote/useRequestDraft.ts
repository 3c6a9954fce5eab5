/**
 * The form of one request, saved by itself a moment after the last key. Materials and consent change the same request
 * meanwhile, so what comes back is laid under what is being typed (merging.ts), never over it.
 */
import { computed, onScopeDispose, reactive, ref, shallowRef, watch } from 'vue'
import { requestKey, save } from './calls'
import type { Request } from './contract'
import { blank, fromRequest, spelt, type Form } from './fields'
import { merged } from './merging'
import { asProblem, type Problem } from '@/api/problem'
import { put, type Query } from '@/api/queries'

export type SaveState = 'clean' | 'dirty' | 'saving' | 'failed'
const SAVE_AFTER_MS = 1_200
const RETRY_MS = 5_000
const TRIES = 3

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

export function useRequestDraft(query: Query<Request>) {
  const form = reactive<Form>(blank())
  const state = ref<SaveState>('clean')
  const savedAt = ref<number>()
  const problem = shallowRef<Problem>()
  const overruled = ref<(keyof Form)[]>([])
  let base: Form | undefined
  let version = 0
  let id = ''
  let timer: number | undefined
  let running: Promise<void> | undefined
  let writable = true

  const dirty = () => base !== undefined && spelt(form) !== spelt(base)

  function rebase(request: Request): void {
    if (request.version < version) return
    const theirs = fromRequest(request)
    if (base) {
      const { form: next, both } = merged(base, copy(form) as Form, theirs)
      Object.assign(form, next)
      overruled.value = both
    } else Object.assign(form, copy(theirs))
    base = theirs
    version = request.version
    id = request.id
  }

  async function once(): Promise<void> {
    const sent = copy(form) as Form
    try {
      const now = await save(id, version, sent)
      problem.value = undefined
      savedAt.value = Date.now()
      put(requestKey(id), now)
      rebase(now)
    } catch (error) {
      problem.value = asProblem(error)
      if (problem.value.status !== 409) return
      const before = version
      await query.refetch()
      if (query.data.value) rebase(query.data.value)
      if (version !== before) problem.value = undefined
    }
  }

  /** Saves now what is not saved; true when the server has all of it. */
  async function flush(): Promise<boolean> {
    window.clearTimeout(timer)
    if (!writable || !base) return false
    for (let tries = 0; tries < TRIES && (running || dirty()); tries++) {
      state.value = 'saving'
      running ??= once().finally(() => (running = undefined))
      await running
      if (problem.value) {
        state.value = 'failed'
        if (problem.value.passing) later(RETRY_MS)
        return false
      }
    }
    state.value = dirty() ? 'dirty' : 'clean'
    return !dirty()
  }

  function later(ms: number): void {
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void flush(), ms)
  }

  watch(query.data, (request) => request && rebase(request), { immediate: true })
  watch(form, () => {
    if (!writable || !dirty()) return
    if (state.value !== 'saving') state.value = 'dirty'
    later(SAVE_AFTER_MS)
  })
  const unsaved = computed(() => state.value !== 'clean')
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
    window.clearTimeout(timer)
    removeEventListener('beforeunload', warn)
    document.removeEventListener('visibilitychange', hidden)
  })
  return {
    form,
    state,
    savedAt,
    problem,
    overruled,
    unsaved,
    version: () => version,
    flush,
    /** After it was sent nothing is saved any more. */
    close: () => {
      writable = false
      window.clearTimeout(timer)
      state.value = 'clean'
    },
  }
}
export type RequestDraft = ReturnType<typeof useRequestDraft>

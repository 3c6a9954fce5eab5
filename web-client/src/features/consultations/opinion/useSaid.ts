/** What one person writes, saved by itself a moment after the last key; another window's words are laid under it. */
import { computed, onScopeDispose, reactive, ref, shallowRef, watch } from 'vue'
import { merged } from '../remote/merging'
import { deskKey, saveSaid } from './calls'
import type { Desk, Draft, Said, Sort } from './contract'
import { asProblem, type Problem } from '@/api/problem'
import { put, refetch, type Query } from '@/api/queries'

const SAVE_AFTER_MS = 1_200
const RETRY_MS = 5_000
const TRIES = 3
export const silent = (): Said => ({ findings: '', opinion: '', advice: '', figures: [] })
const spelt = (said: Said): string =>
  JSON.stringify(said, (_, value: unknown) => (typeof value === 'string' ? value.trim() : value))
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

export function useSaid(requestId: string, sort: Sort, query: Query<Desk>) {
  const said = reactive<Said>(silent())
  const problem = shallowRef<Problem>()
  const savedAt = ref<string>()
  const saving = ref(false)
  const overruled = ref(false)
  let base: Said = silent()
  let version = 0
  let timer: number | undefined
  let running: Promise<void> | undefined
  let writable = true
  const pending = ref(false)

  const dirty = () => spelt(said) !== spelt(base)
  const theirs = (desk: Desk | undefined): Draft | null =>
    (sort === 'opinion' ? desk?.mine : desk?.summary) ?? null

  function take(draft: Draft): void {
    if (draft.version <= version) return
    const { form, both } = merged(base, copy(said) as Said, draft.content)
    overruled.value = both.length > 0
    base = copy(draft.content)
    version = draft.version
    savedAt.value = draft.saved_at
    Object.assign(said, copy(form))
  }

  /** The next page on this request opens with what was written on this one. */
  function keep(draft: Draft): void {
    const desk = query.data.value
    if (desk) put(deskKey(requestId), { ...desk, [sort === 'opinion' ? 'mine' : 'summary']: draft })
  }

  async function once(): Promise<void> {
    const sent = copy(said) as Said
    try {
      const kept = await saveSaid(requestId, sort, version, sent)
      problem.value = undefined
      base = sent
      version = kept.version
      savedAt.value = kept.saved_at
      keep(kept)
    } catch (error) {
      problem.value = asProblem(error)
      if (problem.value.code !== 'opinion-changed-elsewhere') return
      const before = version
      await query.refetch()
      const now = theirs(query.data.value)
      if (now) take(now)
      if (version !== before) problem.value = undefined
    }
  }

  /** Saves now; the version that the server has, or undefined when it has not all of it. */
  async function flush(): Promise<number | undefined> {
    window.clearTimeout(timer)
    if (!writable) return undefined
    saving.value = true
    for (let tries = 0; tries < TRIES && (running || dirty()) && (tries === 0 || !problem.value); tries++) {
      running ??= once().finally(() => (running = undefined))
      await running
    }
    saving.value = false
    pending.value = dirty()
    if (problem.value?.passing) later(RETRY_MS)
    return dirty() || problem.value ? undefined : version
  }

  function later(ms: number): void {
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void flush(), ms)
  }

  watch(
    () => theirs(query.data.value),
    (draft) => draft && take(draft),
    { immediate: true },
  )
  watch(said, () => {
    pending.value = dirty()
    if (writable && pending.value) later(SAVE_AFTER_MS)
  })
  const warn = (event: BeforeUnloadEvent) => {
    if (!pending.value || !writable) return
    void flush()
    event.preventDefault()
  }
  const hidden = () => document.visibilityState === 'hidden' && pending.value && void flush()
  addEventListener('beforeunload', warn)
  document.addEventListener('visibilitychange', hidden)
  onScopeDispose(() => {
    if (pending.value) void flush()
    window.clearTimeout(timer)
    removeEventListener('beforeunload', warn)
    document.removeEventListener('visibilitychange', hidden)
  })

  return {
    said,
    problem,
    savedAt,
    saving,
    overruled,
    unsaved: computed(() => pending.value || saving.value),
    flush,
    /** After the signature nothing is saved any more. */
    close: () => {
      writable = false
      window.clearTimeout(timer)
      pending.value = false
      refetch(deskKey(requestId))
    },
  }
}
export type SaidInHand = ReturnType<typeof useSaid>

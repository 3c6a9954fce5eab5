/**
 * The draft of one report: fetched once, saved by itself a moment after the last key, never lost. When another window or a
 * colleague saved first, nothing is overwritten: both texts stay, and the person chooses.
 */
import { computed, onScopeDispose, reactive, ref, shallowRef, watch } from 'vue'
import { blank, fromContent, reportOf, saveReport, type Written } from './report'
import { asProblem, type Problem } from '@/api/problem'

export type SaveState = 'loading' | 'clean' | 'dirty' | 'saving' | 'failed' | 'conflict'

const SAVE_AFTER_MS = 1_200
const RETRY_MS = 5_000
const CHANGED = 'imaging-report-changed'

export interface DraftServer {
  load(orderId: string): Promise<{ version: number; content: Written; saved_at: string | null }>
  save(
    orderId: string,
    version: number,
    content: Written,
  ): Promise<{ version: number; saved_at: string | null }>
}

const server: DraftServer = {
  load: async (id) => {
    const { draft, preliminary } = await reportOf(id)
    return {
      version: draft?.version ?? 0,
      content: fromContent(draft?.version ? draft : preliminary),
      saved_at: draft?.saved_at ?? null,
    }
  },
  save: async (id, version, content) => {
    const saved = await saveReport(id, version, content)
    return { version: saved.version, saved_at: saved.saved_at }
  },
}

export function useReportDraft(orderId: string, desk: DraftServer = server) {
  const report = reactive<Written>(blank())
  const state = ref<SaveState>('loading')
  const savedAt = ref<string | null>(null)
  const problem = shallowRef<Problem>()
  const theirs = shallowRef<Written>()
  let version = 0
  let theirVersion = 0
  let sent = JSON.stringify(report)
  let timer: number | undefined
  let running: Promise<void> | undefined
  let writable = false
  let loaded = false

  function show(next: Written): void {
    Object.assign(report, next)
    sent = JSON.stringify(report)
  }

  async function load(): Promise<void> {
    state.value = 'loading'
    try {
      const found = await desk.load(orderId)
      version = found.version
      savedAt.value = found.saved_at
      loaded = true
      problem.value = undefined
      show(found.content)
      state.value = 'clean'
    } catch (error) {
      problem.value = asProblem(error)
      state.value = 'failed'
    }
  }

  const dirty = () => JSON.stringify(report) !== sent

  async function put(): Promise<void> {
    const content = JSON.parse(JSON.stringify(report)) as Written
    state.value = 'saving'
    try {
      const saved = await desk.save(orderId, version, content)
      version = saved.version
      savedAt.value = saved.saved_at
      sent = JSON.stringify(content)
      problem.value = undefined
      state.value = dirty() ? 'dirty' : 'clean'
    } catch (error) {
      problem.value = asProblem(error)
      if (problem.value.code === CHANGED) await meet()
      else state.value = 'failed'
    }
  }

  async function meet(): Promise<void> {
    state.value = 'conflict'
    try {
      const found = await desk.load(orderId)
      theirs.value = found.content
      theirVersion = found.version
    } catch (error) {
      problem.value = asProblem(error)
      state.value = 'failed'
    }
  }

  /** Saves now what is not saved; true when the server has all of it. */
  async function flush(): Promise<boolean> {
    window.clearTimeout(timer)
    if (!loaded || !writable || state.value === 'conflict') return false
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

  watch(report, () => {
    if (!loaded || !writable || state.value === 'conflict' || !dirty()) return
    if (state.value !== 'saving') state.value = 'dirty'
    later(SAVE_AFTER_MS)
  })
  watch(state, (now) => {
    if (now === 'failed' && loaded && problem.value?.passing) later(RETRY_MS)
    if (now === 'dirty') later(SAVE_AFTER_MS)
  })

  /** Goes on with what is on this screen, over what was saved elsewhere. */
  async function keepMine(): Promise<void> {
    version = theirVersion
    theirs.value = undefined
    problem.value = undefined
    state.value = 'dirty'
    sent = ''
    await flush()
  }

  /** Takes what was saved elsewhere. */
  function takeTheirs(): void {
    version = theirVersion
    if (theirs.value) show(theirs.value)
    theirs.value = undefined
    problem.value = undefined
    state.value = 'clean'
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
    report,
    state,
    savedAt,
    problem,
    theirs,
    unsaved,
    version: () => version,
    load,
    flush,
    keepMine,
    takeTheirs,
    /** Whether this person may write now: the claim is theirs. */
    allow: (may: boolean) => {
      writable = may
    },
  }
}

export type ReportInHand = ReturnType<typeof useReportDraft>

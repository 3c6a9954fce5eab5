/**
 * The cache of what the server told us: one entry per key, fetched once for all who ask, shown while it is fetched anew,
 * tried again while a refusal may pass. A socket's "changed" makes entries stale (live.ts).
 *
 * Same words as TanStack Query, of which this is the tenth that we use: it weighed 10 of a patient's 60 KB.
 */
import { computed, onScopeDispose, ref, shallowRef, toValue, watch } from 'vue'
import type { ComputedRef, MaybeRefOrGetter, Ref, ShallowRef } from 'vue'
import { asProblem, type Problem } from './problem'

export type QueryKey = readonly (string | number | boolean | null | undefined | object)[]

export interface QueryOptions<T> {
  queryKey: MaybeRefOrGetter<QueryKey>
  queryFn: () => Promise<T>
  /** Ask only when this holds. */
  enabled?: MaybeRefOrGetter<boolean>
  /** For how long an answer is not asked again by the next page. */
  staleTime?: number
  /** Ask again and again while the page is visible; 0 or undefined does not. */
  refetchInterval?: MaybeRefOrGetter<number | undefined>
  /** Show the answer to the previous key until the new one is there (lists that are filtered). */
  keepPrevious?: boolean
}

export interface Query<T> {
  data: ComputedRef<T | undefined>
  error: ComputedRef<Problem | undefined>
  isFetching: ComputedRef<boolean>
  dataUpdatedAt: ComputedRef<number>
  refetch: () => Promise<void>
}

interface Entry {
  key: QueryKey
  data: ShallowRef<unknown>
  error: ShallowRef<Problem | undefined>
  fetching: Ref<boolean>
  updatedAt: Ref<number>
  stale: boolean
  users: Set<() => void>
  running: Promise<void> | undefined
  forget: number | undefined
}

const STALE_MS = 15_000
const FORGET_MS = 10 * 60_000
const TRIES = 4
const entries = new Map<string, Entry>()
/** Counts the people at this device: answers meant for the one before are dropped. */
let person = 0

function entryOf(key: QueryKey): Entry {
  const name = JSON.stringify(key)
  let entry = entries.get(name)
  if (!entry) {
    entry = {
      key,
      data: shallowRef(),
      error: shallowRef(),
      fetching: ref(false),
      updatedAt: ref(0),
      stale: true,
      users: new Set(),
      running: undefined,
      forget: undefined,
    }
    entries.set(name, entry)
  }
  return entry
}

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms))

async function attempt(entry: Entry, ask: () => Promise<unknown>): Promise<void> {
  const asker = person
  for (let failures = 0; ; failures++) {
    try {
      const data = await ask()
      if (asker !== person) return
      entry.data.value = data
      entry.error.value = undefined
      entry.updatedAt.value = Date.now()
      entry.stale = false
      return
    } catch (error) {
      if (asker !== person) return
      const problem = asProblem(error)
      if (!problem.passing || failures + 1 >= TRIES || entry.users.size === 0) {
        entry.error.value = problem
        return
      }
      await pause(Math.min(500 * 2 ** failures, 8_000))
      if (entry.users.size === 0) return
    }
  }
}

function load(entry: Entry, ask: () => Promise<unknown>): Promise<void> {
  if (entry.running) return entry.running
  entry.fetching.value = true
  const running = attempt(entry, ask).finally(() => {
    if (entry.running !== running) return
    entry.running = undefined
    entry.fetching.value = false
  })
  entry.running = running
  return running
}

/** An answer of the server by its key, shared by all who ask for it. */
export function useQuery<T>(options: QueryOptions<T>): Query<T> {
  const current = shallowRef<Entry>()
  const previous = shallowRef<T>()
  const enabled = () => toValue(options.enabled ?? true)
  const user = () => {
    if (current.value && enabled()) void load(current.value, options.queryFn)
  }

  function leave(): void {
    const entry = current.value
    if (!entry) return
    entry.users.delete(user)
    if (entry.users.size > 0) return
    window.clearTimeout(entry.forget)
    entry.forget = window.setTimeout(() => {
      const name = JSON.stringify(entry.key)
      if (entries.get(name) === entry && entry.users.size === 0) entries.delete(name)
    }, FORGET_MS)
  }

  watch(
    () => [JSON.stringify(toValue(options.queryKey)), enabled()] as const,
    ([, on]) => {
      const entry = entryOf(toValue(options.queryKey))
      if (entry !== current.value) {
        if (options.keepPrevious) previous.value = current.value?.data.value as T | undefined
        leave()
        window.clearTimeout(entry.forget)
        entry.users.add(user)
        current.value = entry
      }
      const old = Date.now() - entry.updatedAt.value > (options.staleTime ?? STALE_MS)
      if (on && (entry.stale || old)) user()
    },
    { immediate: true, flush: 'sync' },
  )

  let timer: number | undefined
  watch(
    () => toValue(options.refetchInterval),
    (ms) => {
      window.clearInterval(timer)
      if (ms) timer = window.setInterval(() => document.visibilityState === 'visible' && user(), ms)
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    window.clearInterval(timer)
    leave()
  })

  return {
    data: computed(() => {
      // null is an answer: there is none.
      const held = current.value?.data.value as T | undefined
      return held === undefined ? previous.value : held
    }),
    error: computed(() => current.value?.error.value),
    isFetching: computed(() => current.value?.fetching.value ?? false),
    dataUpdatedAt: computed(() => current.value?.updatedAt.value ?? 0),
    refetch: async () => {
      if (current.value) await load(current.value, options.queryFn)
    },
  }
}

function startsWith(key: QueryKey, prefix: QueryKey): boolean {
  return prefix.every((part, i) => JSON.stringify(part) === JSON.stringify(key[i]))
}

/** Makes every entry stale whose key begins so; those on screen are fetched at once. */
export function refetch(...prefixes: QueryKey[]): void {
  for (const entry of entries.values()) {
    if (!prefixes.some((prefix) => startsWith(entry.key, prefix))) continue
    entry.stale = true
    const [first] = entry.users
    // An answer on its way may be older than the change: ask again behind it.
    if (first) void (entry.running ?? Promise.resolve()).then(first)
  }
}

/** Puts an answer that a use case gave into the cache, so that nobody has to ask for it. */
export function put<T>(key: QueryKey, data: T): void {
  const entry = entryOf(key)
  entry.data.value = data
  entry.error.value = undefined
  entry.updatedAt.value = Date.now()
  entry.stale = false
}

/** Nothing of one person's may be seen by the next one at the same device. */
export function forgetEverything(): void {
  person += 1
  for (const [name, entry] of entries) {
    entry.data.value = undefined
    entry.stale = true
    entry.running = undefined
    entry.fetching.value = false
    if (entry.users.size === 0) entries.delete(name)
  }
}

/** What is on the screen is asked for again when the network or the person comes back. */
export function refreshOnReturn(): void {
  const again = () => {
    for (const entry of entries.values()) {
      const [first] = entry.users
      if (first && (entry.error.value || Date.now() - entry.updatedAt.value > STALE_MS)) first()
    }
  }
  addEventListener('online', again)
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && again())
}

/**
 * One prescription in a doctor's hands: typed here, saved by itself a moment after the last key, checked by every save.
 * Nothing typed is ever lost: a line that is not whole yet waits here, a save that failed is tried again, and when another
 * window saved first, both are there and the doctor chooses.
 */
import { computed, onScopeDispose, reactive, ref, shallowRef, watch } from 'vue'
import { draft as create, onePrescription, save } from '../calls'
import {
  outcomeOf,
  type Company,
  type Content,
  type Eligibility,
  type Outcome,
  type Prescription,
} from '../contract'
import { isUnsigned } from '../status'
import { fromItem, lacksOf, toItem, type Line } from './lines'
import { asProblem, type Problem } from '@/api/problem'
import { put as keep, refetch } from '@/api/queries'

export type SaveState = 'clean' | 'dirty' | 'saving' | 'failed' | 'conflict'

const SAVE_AFTER_MS = 700
const RETRY_MS = 5_000

/** For whom it is written; `noted` are the allergies of the visit's note. */
export interface Subject {
  id: string
  sex?: string | null
  age?: number | null
  noted?: readonly string[] | null
}

export type Form = Omit<Content, 'items' | 'eligibility' | 'company'> & {
  lines: Line[]
  eligibility: Eligibility
  company: Company
}

export function blankForm(kind: Content['kind'], diagnoses: Content['diagnoses']): Form {
  return {
    kind,
    lines: [],
    diagnoses,
    long_term: false,
    assessment: '',
    eligibility: {
      diagnosis_clear: false,
      regimen_stable: false,
      adherence_good: false,
      disease_controlled: false,
      taught: false,
    },
    company: { guardian_present: false, paediatrician_present: false },
    emergency: false,
    delivery: false,
    payer: '',
    reason: '',
    advice: '',
  }
}

const whole = (form: Form) => form.lines.filter((line) => !lacksOf(line, form.kind).length)

export function contentOf(form: Form): Content {
  const { lines: _, company, eligibility, ...rest } = form
  const accompanied = company.guardian_present || company.paediatrician_present
  return {
    ...rest,
    items: whole(form).map(toItem),
    assessment: form.long_term ? form.assessment.trim() : '',
    eligibility: form.long_term ? eligibility : null,
    company: accompanied ? company : null,
  }
}

export function formOf(rx: Prescription): Form {
  const blank = blankForm(
    rx.kind,
    rx.diagnoses.map(({ code, name }) => ({ code, name: name ?? '' })),
  )
  return {
    ...blank,
    lines: rx.items.map(fromItem),
    long_term: rx.long_term,
    assessment: rx.assessment,
    eligibility: { ...blank.eligibility, ...rx.eligibility },
    company: { ...blank.company, ...rx.company },
    emergency: rx.emergency,
    delivery: rx.delivery,
    payer: rx.payer,
    reason: rx.reason,
    advice: rx.advice,
  }
}

/** Which line of the server's each line here is. */
type Places = Readonly<Record<string, number>>
const placesOf = (lines: readonly Line[]): Places =>
  Object.fromEntries(lines.map((line, place) => [line.key, place + 1]))

/** The server counts the lines it was sent; the page counts those it shows. What is about a line no longer here is gone. */
export function asShown(outcome: Outcome, lines: readonly Line[], places: Places): Outcome {
  const shown = new Map(
    lines.flatMap((line, place) => {
      const at = places[line.key]
      return at === undefined ? [] : [[at, place + 1] as const]
    }),
  )
  return {
    ...outcome,
    findings: outcome.findings
      .filter((one) => one.lines.every((line) => shown.has(line)))
      .map((one) => ({ ...one, lines: one.lines.map((line) => shown.get(line) ?? line) })),
    coverage: outcome.coverage.flatMap((one) => {
      const line = shown.get(one.line)
      return line === undefined ? [] : [{ ...one, line }]
    }),
  }
}

/** Lines not whole yet, which the server cannot keep: they wait here while the doctor looks at somebody else. */
const unfinished = new Map<string, Line[]>()

export function usePrescription(visitId: string, start: Prescription | Form) {
  const known = 'version' in start ? start : undefined
  const form = reactive<Form>(known ? formOf(known) : (start as Form))
  const rx = shallowRef<Prescription | undefined>(known)
  const state = ref<SaveState>('clean')
  const problem = shallowRef<Problem>()
  const theirs = shallowRef<Prescription>()
  const reasons = reactive<Record<string, string>>({})
  const places = shallowRef<Places>(placesOf(known ? form.lines : []))
  form.lines.push(...(unfinished.get(known?.id ?? `${visitId} ${form.kind}`) ?? []))
  let sent = JSON.stringify(contentOf(form))
  let timer: number | undefined
  let running: Promise<void> | undefined
  let closed = false
  // One key for all tries of one draft: a lost answer never makes two prescriptions.
  let key = crypto.randomUUID()

  const remember = (found: Prescription) => {
    for (const one of found.overrides) reasons[one.finding_id] ??= one.reason
    rx.value = found
    keep(['prescription', found.id], found)
  }
  if (known) remember(known)
  const heldAs = () => rx.value?.id ?? `${visitId} ${form.kind}`

  /** An empty sheet is not worth a number. */
  const dirty = () => {
    const content = contentOf(form)
    return Boolean(rx.value ?? content.items.length) && JSON.stringify(content) !== sent
  }

  async function put(): Promise<void> {
    const content = contentOf(form)
    const placed = placesOf(whole(form))
    state.value = 'saving'
    try {
      const now = rx.value
      const found = now ? await save(key, now.id, now.version, content) : await create(key, visitId, content)
      key = crypto.randomUUID()
      remember(found)
      places.value = placed
      if (!now) refetch(['prescriptions', visitId])
      sent = JSON.stringify(content)
      problem.value = undefined
      state.value = dirty() ? 'dirty' : 'clean'
    } catch (error) {
      problem.value = asProblem(error)
      if (!problem.value.passing) key = crypto.randomUUID()
      if (problem.value.code === 'prescription-changed-elsewhere' && rx.value) await meet(rx.value.id)
      else state.value = 'failed'
    }
  }

  /** Another window was first: fetch what it saved and let the doctor see both. */
  async function meet(id: string): Promise<void> {
    try {
      const found = await onePrescription(id)
      if (found.version === rx.value?.version) {
        state.value = 'failed'
        return
      }
      theirs.value = found
      state.value = 'conflict'
    } catch (error) {
      problem.value = asProblem(error)
      state.value = 'failed'
    }
  }

  /** Saves now what is not saved; true when the server has all of it. */
  async function flush(): Promise<boolean> {
    window.clearTimeout(timer)
    if (state.value === 'conflict' || closed) return false
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

  watch(form, () => {
    if (state.value === 'conflict' || closed || !dirty()) return
    if (state.value !== 'saving') state.value = 'dirty'
    later(SAVE_AFTER_MS)
  })
  watch(state, (now) => {
    if (now === 'failed' && problem.value?.passing) later(RETRY_MS)
    if (now === 'dirty') later(SAVE_AFTER_MS)
  })

  /** Another window changed it: taken at once where nothing is unsaved here, else shown beside. */
  function learn(found: Prescription): void {
    const here = rx.value
    if (!here || running || found.version <= here.version || !isUnsigned(found.status)) return
    theirs.value = found
    if (state.value === 'clean' && !waiting.value) takeTheirs()
    else state.value = 'conflict'
  }

  async function keepMine(): Promise<void> {
    if (theirs.value) remember(theirs.value)
    theirs.value = undefined
    problem.value = undefined
    state.value = 'dirty'
    sent = ''
    await flush()
  }

  /** Takes what the other window saved; gives the way back to what was here. */
  function takeTheirs(): () => void {
    const mine = JSON.parse(JSON.stringify(form)) as Form
    const found = theirs.value
    if (found) {
      remember(found)
      Object.assign(form, formOf(found))
      places.value = placesOf(form.lines)
      sent = JSON.stringify(contentOf(form))
    }
    theirs.value = undefined
    problem.value = undefined
    state.value = 'clean'
    return () => void Object.assign(form, mine)
  }

  const outcome = computed(() => {
    const check = rx.value && outcomeOf(rx.value)
    return check ? asShown(check, form.lines, places.value) : undefined
  })
  const waiting = computed(() => form.lines.some((line) => lacksOf(line, form.kind).length > 0))
  const unsaved = computed(() => state.value !== 'clean' || waiting.value)
  /** The findings belong to what stands here now. */
  const fresh = computed(() => state.value === 'clean' && !waiting.value)
  const warn = (event: BeforeUnloadEvent) => {
    if (!unsaved.value || closed) return
    void flush()
    event.preventDefault()
  }
  const hidden = () => document.visibilityState === 'hidden' && void flush()
  addEventListener('beforeunload', warn)
  document.addEventListener('visibilitychange', hidden)
  onScopeDispose(() => {
    const rest = closed ? [] : form.lines.filter((line) => lacksOf(line, form.kind).length)
    unfinished.set(heldAs(), rest)
    void flush()
    removeEventListener('beforeunload', warn)
    document.removeEventListener('visibilitychange', hidden)
  })

  return {
    form,
    rx,
    outcome,
    state,
    problem,
    theirs,
    reasons,
    waiting,
    fresh,
    learn,
    flush,
    keepMine,
    takeTheirs,
    /** Asks for a fresh check though nothing changed: after a failed one. */
    again: () => {
      sent = ''
      return flush()
    },
    close: () => {
      closed = true
      window.clearTimeout(timer)
    },
  }
}

export type InHand = ReturnType<typeof usePrescription>

/**
 * The answers of a booking under way: kept in this tab, so that a reload and the back button lose nothing. Only ids and
 * choices, never a name or an illness.
 */
import { reactive, watch } from 'vue'

export interface Draft {
  patientId: string
  departmentId: string
  doctorId: string
  inPerson: '' | 'yes' | 'no'
  day: string
  slotId: string
  /** The place held for this slot, once there is one. */
  bookingId: string
}

/** The time is asked last, so that a place chosen is a place held. */
export const STEPS = ['who', 'department', 'doctor', 'inperson', 'time', 'check'] as const
export type BookStep = (typeof STEPS)[number]

const KEPT_AT = 'lianyi.booking'
export const EMPTY: Readonly<Draft> = {
  patientId: '',
  departmentId: '',
  doctorId: '',
  inPerson: '',
  day: '',
  slotId: '',
  bookingId: '',
}

/** What was kept, field by field; anything else in the storage is ignored. */
export function read(raw: string | null): Draft {
  const draft = { ...EMPTY }
  try {
    const kept = JSON.parse(raw ?? '{}') as Record<string, unknown>
    for (const name of Object.keys(EMPTY) as (keyof Draft)[]) {
      const value = kept[name]
      if (typeof value === 'string') Object.assign(draft, { [name]: value })
    }
  } catch {
    // A broken memory is an empty one.
  }
  return draft
}

/** The first question that has no answer yet: nobody gets further by an address. */
export function firstOpen(draft: Draft): BookStep {
  if (!draft.patientId) return 'who'
  if (!draft.doctorId) return draft.departmentId ? 'doctor' : 'department'
  if (!draft.inPerson) return 'inperson'
  return draft.slotId ? 'check' : 'time'
}

/** The question to show: the one asked for, unless an earlier one is open. */
export function stepFor(asked: unknown, draft: Draft): BookStep {
  const open = firstOpen(draft)
  const found = STEPS.find((step) => step === asked)
  if (!found) return open
  // Who looks for a doctor by name never chooses a department first.
  if (found === 'doctor' && draft.doctorId && !draft.departmentId) return 'department'
  return STEPS.indexOf(found) <= STEPS.indexOf(open) ? found : open
}

function storage(): Storage | undefined {
  try {
    return sessionStorage
  } catch {
    return undefined
  }
}

/** Begins a booking with these answers, as a link from elsewhere does. */
export function beginWith(answers: Partial<Draft>): void {
  storage()?.setItem(KEPT_AT, JSON.stringify({ ...EMPTY, ...answers }))
}

export function forgetDraft(): void {
  storage()?.removeItem(KEPT_AT)
}

/** The draft of this tab, written down at every change. */
export function useDraft(): Draft {
  const draft = reactive(read(storage()?.getItem(KEPT_AT) ?? null))
  watch(draft, (now) => {
    try {
      storage()?.setItem(KEPT_AT, JSON.stringify(now))
    } catch {
      // A full storage costs the memory, not the booking.
    }
  })
  return draft
}

/** The road of preparing: which questions there are, which is next. Pure; what is missing is told by the server. */

export const STEPS = [
  'complaint',
  'flags',
  'papers',
  'internet_diagnosis',
  'personal_data',
  'recording',
  'device',
] as const
export type PrepareStep = (typeof STEPS)[number]
export type Missing = Exclude<PrepareStep, 'flags'>

/** The things on the list; the danger signs belong to the complaint. */
export const ITEMS: readonly Missing[] = STEPS.filter((step): step is Missing => step !== 'flags')

export function isStep(asked: unknown): asked is PrepareStep {
  return STEPS.includes(asked as PrepareStep)
}

/** The step before, for going back; undefined leads to the list. */
export function before(step: PrepareStep): PrepareStep | undefined {
  return step === 'flags' ? 'complaint' : undefined
}

/** The first thing that is still missing behind this one, else the first of all, else nothing. */
export function nextMissing(missing: readonly string[], after?: PrepareStep): Missing | undefined {
  const place = after ? STEPS.indexOf(after) : -1
  const open = ITEMS.filter((item) => missing.includes(item))
  return open.find((item) => STEPS.indexOf(item) > place) ?? open[0]
}

/**
 * One thing a person does: busy while it runs, its refusal, and one Idempotency-Key for all its tries. Pressing again
 * after a lost answer repeats the same action; with other input it is another action.
 */
import { readonly, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { asProblem, type Problem } from './problem'

export interface Action<A extends unknown[], T> {
  /** The answer, or undefined when it was refused (see `problem`) or is still running. */
  run: (...input: A) => Promise<T | undefined>
  busy: Readonly<Ref<boolean>>
  problem: Readonly<ShallowRef<Problem | undefined>>
  forget: () => void
}

export function useAction<A extends unknown[], T>(
  act: (key: string, ...input: A) => Promise<T>,
): Action<A, T> {
  const busy = ref(false)
  const problem = shallowRef<Problem>()
  let held: { key: string; input: string } | undefined

  async function run(...input: A): Promise<T | undefined> {
    if (busy.value) return undefined
    const now = JSON.stringify(input)
    if (held?.input !== now) held = { key: crypto.randomUUID(), input: now }
    busy.value = true
    problem.value = undefined
    try {
      const answer = await act(held.key, ...input)
      held = undefined
      return answer
    } catch (error) {
      const found = asProblem(error)
      // A definite refusal ends the action; a lost answer does not.
      if (!found.passing && found.status < 500) held = undefined
      problem.value = found
      return undefined
    } finally {
      busy.value = false
    }
  }

  return { run, busy: readonly(busy), problem, forget: () => (problem.value = undefined) }
}

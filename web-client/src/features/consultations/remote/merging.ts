/** Two windows, or the server and this form: what I changed since we agreed is mine, the rest is theirs. Pure. */

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

export interface Merged<F> {
  form: F
  /** Changed on both sides, differently: mine stayed. */
  both: (keyof F)[]
}

export function merged<F extends object>(base: F, mine: F, theirs: F): Merged<F> {
  const form = { ...theirs }
  const both: (keyof F)[] = []
  for (const key of Object.keys(mine) as (keyof F)[]) {
    if (same(mine[key], base[key])) continue
    form[key] = mine[key]
    if (!same(theirs[key], base[key]) && !same(theirs[key], mine[key])) both.push(key)
  }
  return { form, both }
}

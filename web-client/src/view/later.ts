/** A part of a page that is fetched when it is first wanted, or before: Vue's own way costs every first visit 700 bytes. */
import { shallowRef, type ShallowRef } from 'vue'

export interface Later<C> {
  /** The component, once it is here. */
  is: Readonly<ShallowRef<C | undefined>>
  load: () => Promise<void>
}

export function later<C>(fetch: () => Promise<{ default: C }>): Later<C> {
  const is = shallowRef<C>()
  let running: Promise<void> | undefined
  const load = (): Promise<void> => {
    running ??= fetch().then(
      (module) => {
        is.value = module.default
      },
      () => {
        running = undefined // The line was bad; the next wish asks again.
      },
    )
    return running
  }
  return { is, load }
}

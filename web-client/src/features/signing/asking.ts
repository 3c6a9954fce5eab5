/**
 * The signing key as the page knows it, and asking for its PIN: one dialog at a time, whoever needs the key waits for it.
 */
import { shallowReactive } from 'vue'
import { api, got } from '@/api/client'
import type { Problem } from '@/api/problem'
import { put, useQuery } from '@/api/queries'
import type { components } from '@/api/schema'

export type SigningKey = components['schemas']['SigningKeyView']
/** Entering the PIN, choosing the first one, or a new key because the PIN was forgotten. */
export type Need = 'unlock' | 'first' | 'new'

const KEY = ['signing-key'] as const

/** What the dialog shows; `then` is who waits. */
export const asked = shallowReactive<{
  need: Need | undefined
  /** Whether something waits to be signed behind the dialog. */
  signing: boolean
  then: ((opened: boolean) => void) | undefined
}>({ need: undefined, signing: false, then: undefined })

let running: Promise<boolean> | undefined

function ask(need: Need, signing: boolean): Promise<boolean> {
  running ??= new Promise<boolean>((done) => {
    asked.signing = signing
    asked.then = done
    asked.need = need
  }).finally(() => {
    running = undefined
    asked.need = undefined
    asked.then = undefined
  })
  return running
}

/** For the API client: whether the key was in the way and is open now, so that a refused request can be sent again. */
export async function openFor(problem: Problem, url: string): Promise<boolean> {
  if (!/^signing-(locked|pin-missing)$/.test(problem.code) || url.includes('/signing-key')) return false
  return ask(problem.code === 'signing-pin-missing' ? 'first' : 'unlock', true)
}

/** For the card on one's own page. */
export function openDialog(need: Need): Promise<boolean> {
  return ask(need, false)
}

/** Takes what the server says of the key, for everybody who shows it. */
export function took(key: SigningKey): SigningKey {
  put(KEY, key)
  return key
}

export function useSigningKey() {
  return useQuery({ queryKey: KEY, queryFn: () => got(api.GET('/api/signing-key')), refetchInterval: 60_000 })
}

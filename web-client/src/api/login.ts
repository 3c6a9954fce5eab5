/**
 * The signed-in session of this tab: an access token in memory only, renewed through the refresh cookie.
 *
 * Not here: how the cookie is exchanged (renewal.ts), what a login may do, and the sign-in pages.
 */
import { Problem, offlineProblem, problemOf } from './problem'
import { exchange, takeBegun } from './renewal'
import type { components } from './schema'
import { shown } from '@/view/settings'

/** A token, and whose it is. */
export type Granted = Partial<
  Pick<components['schemas']['SignInView'], 'access_token' | 'expires_in_s' | 'me'>
>

let token: string | undefined
let goodUntil = 0
let running: Promise<Granted | undefined> | undefined
const listeners = new Set<(token: string | undefined) => void>()

export function accessToken(): string | undefined {
  return token
}

/** When the token in hand runs out (epoch ms); 0 without one. */
export function tokenEndsAt(): number {
  return goodUntil
}

export function hold(granted: Granted | undefined): void {
  token = granted?.access_token ?? undefined
  goodUntil = token ? Date.now() + (granted?.expires_in_s ?? 300) * 1000 : 0
  for (const listener of listeners) listener(token)
}

/** Tells of every new token, and of its end. */
export function onToken(listener: (token: string | undefined) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

async function refresh(): Promise<Granted | undefined> {
  let response: Response
  try {
    response = (await takeBegun()) ?? (await exchange(shown.language))
  } catch {
    throw offlineProblem()
  }
  if (response.status === 401 || response.status === 403) {
    hold(undefined)
    response.text().catch(() => undefined) // Unread, it would count as still on its way.
    return undefined
  }
  if (!response.ok) throw await problemOf(response)
  const granted = (await response.json()) as Granted
  hold(granted)
  return granted
}

/**
 * A new token and whose it is; undefined when the login is over. Raises a Problem when nobody can tell now (no network, server away): that is
 * no reason to sign anybody out.
 */
export function renew(): Promise<Granted | undefined> {
  running ??= refresh().finally(() => {
    running = undefined
  })
  return running
}

/** A token that is good for at least half a minute, for a socket or an upload. */
export async function freshToken(): Promise<string> {
  if (token === undefined || goodUntil - Date.now() < 30_000) {
    if (!(await renew())) throw new Problem({ code: 'not-signed-in', status: 401, title: signedOut() })
  }
  return token ?? ''
}

function signedOut(): string {
  return shown.language === 'en' ? 'Your sign-in has ended. Please sign in again' : '登录已失效，请重新登录'
}

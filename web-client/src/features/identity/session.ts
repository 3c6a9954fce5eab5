/**
 * Who is signed in on this device: their name, role and organisation. The token itself lives in api/login.ts.
 */
import { reactive, readonly } from 'vue'
import { api, got } from '@/api/client'
import { hold, renew, type Granted } from '@/api/login'
import { forgetEverything } from '@/api/queries'
import type { components } from '@/api/schema'

export type Me = components['schemas']['MeView']
export type Role = Me['role']

const state = reactive<{ person: Me | undefined }>({ person: undefined })
export const session = readonly(state)

export function isPatient(role: Role): boolean {
  return role === 'patient' || role === 'guardian'
}

export function may(permission: string): boolean {
  return state.person?.permissions.includes(permission) ?? false
}

/** Takes a granted login. */
export function begin(granted: Granted): void {
  forgetEverything()
  hold(granted)
  state.person = granted.me ?? undefined
}

/** Asks again who this is: after the second factor, say. */
export async function learn(): Promise<void> {
  state.person = await got(api.GET('/api/me'))
}

/** The person, by the refresh cookie if need be; undefined when nobody is signed in. Raises when nobody can tell now. */
export async function restore(): Promise<Me | undefined> {
  if (state.person) return state.person as Me
  state.person = (await renew())?.me ?? undefined
  return state.person as Me | undefined
}

export function forget(): void {
  state.person = undefined
  hold(undefined)
  forgetEverything()
}

export async function signOut(): Promise<void> {
  try {
    await api.DELETE('/api/logins/current')
  } finally {
    forget()
  }
}

/**
 * Who is signed in on this device: their name, role and organisation. The token itself lives in api/login.ts.
 */
import { reactive, readonly } from 'vue'
import { call } from '@/api/client'
import { hold, renew } from '@/api/login'
import { forgetEverything } from '@/api/queries'

export type Role =
  | 'patient'
  | 'guardian'
  | 'doctor'
  | 'clinic_worker'
  | 'pharmacist'
  | 'scheduler'
  | 'administrator'
  | 'regulator'

export interface Me {
  id: string
  name: string
  role: Role
  organisation: string | null
}

const state = reactive<{ person: Me | undefined }>({ person: undefined })
export const session = readonly(state)

export function isPatient(role: Role): boolean {
  return role === 'patient' || role === 'guardian'
}

/** Takes a granted login and learns whose it is. */
export async function begin(granted: { access_token: string; expires_in?: number }): Promise<Me> {
  forgetEverything()
  hold(granted)
  return learn()
}

async function learn(): Promise<Me> {
  const response = await call(new Request(new URL('/api/me', location.origin)))
  state.person = (await response.json()) as Me
  return state.person
}

/** The person, by the refresh cookie if need be; undefined when nobody is signed in. Raises when nobody can tell now. */
export async function restore(): Promise<Me | undefined> {
  if (state.person) return state.person
  return (await renew()) ? learn() : undefined
}

export function forget(): void {
  state.person = undefined
  hold(undefined)
  forgetEverything()
}

export async function signOut(): Promise<void> {
  try {
    await call(new Request(new URL('/api/logins/current', location.origin), { method: 'DELETE' }))
  } finally {
    forget()
  }
}

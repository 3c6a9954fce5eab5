/** Signing in, as the server takes it: patients by phone and one-time code, staff by password and second factor. */
import { call } from '@/api/client'

export interface Granted {
  access_token: string
  expires_in?: number
}

export interface DemoPerson {
  id: string
  label: string
  name: string
  role: string
  organisation: string | null
}

async function ask<T>(method: string, path: string, body?: object): Promise<T> {
  const request = new Request(new URL(path, location.origin), {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  })
  const response = await call(request)
  return (response.status === 204 ? undefined : await response.json()) as T
}

export const requestCode = (phone: string) => ask<{ resend_after_s?: number }>('POST', '/api/login-codes', { phone })

export const signInPatient = (phone: string, code: string) => ask<Granted>('POST', '/api/logins', { phone, code })

export const signInStaff = (username: string, password: string, code: string) =>
  ask<Granted>('POST', '/api/logins', { username, password, code })

export const demoPeople = () => ask<DemoPerson[]>('GET', '/api/demo/people')

export const demoCredentials = (id: string) =>
  ask<{ phone?: string; username?: string; password?: string; code: string }>(
    'POST',
    `/api/demo/people/${id}/credentials`,
  )

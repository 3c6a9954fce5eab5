/** Signing in, as the server takes it: patients by phone and one-time code, staff by password and second factor. */
import { api, got } from '@/api/client'
import type { components } from '@/api/schema'

export type SignedIn = components['schemas']['SignInView']
export type DemoPerson = components['schemas']['DemoPersonView']
export type DemoCredentials = components['schemas']['DemoCredentialsView']

export const requestCode = (phone: string) => got(api.POST('/api/codes', { body: { phone } }))

export const signInPatient = (phone: string, code: string, personId?: string): Promise<SignedIn> =>
  got(api.POST('/api/logins', { body: { phone, code, ...(personId && { person_id: personId }) } }))

export const signInStaff = (
  username: string,
  password: string,
  secondFactor: string,
  postId?: string,
): Promise<SignedIn> =>
  got(
    api.POST('/api/logins', {
      body: { username, password, second_factor: secondFactor, ...(postId && { membership_id: postId }) },
    }),
  )

export const register = (body: components['schemas']['Register']): Promise<SignedIn> =>
  got(api.POST('/api/registrations', { body }))

export const demoPeople = () => got(api.GET('/api/demo/people'))

export const demoCredentials = (id: string): Promise<DemoCredentials> =>
  got(api.POST('/api/demo/people/{person_id}/credentials', { params: { path: { person_id: id } } }))

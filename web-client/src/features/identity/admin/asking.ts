/** What the administrator's pages ask of the server, and the words of its lists. */
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, got } from '@/api/client'
import { useQuery } from '@/api/queries'
import type { components } from '@/api/schema'
import { session } from '@/features/identity/session'
import { t } from '@/i18n/words/admin'

type S = components['schemas']
export type Post = S['StaffPostView']
export type Role = S['Role']
export type Credential = S['CredentialView']
export type Filing = S['FilingView']
export type Organisation = S['OrganisationView']
export type Licence = S['LicenceView']
export type Department = S['DepartmentView']

export const STAFF_ROLES: readonly Role[] = [
  'doctor',
  'clinic_worker',
  'pharmacist',
  'scheduler',
  'administrator',
  'regulator',
]
export const roleWord = (role: string): string => (t.has(`role.${role}`) ? t(`role.${role as 'doctor'}`) : '')

type Listed = 'kind' | 'category' | 'rank' | 'orgkind' | 'level' | 'grade'
/** The word for a value of one of the server's lists. */
export function wordOf(list: Listed, value: string): string {
  const key = `${list}.${value}`
  return t.has(key) ? t(key as 'kind.doctor') : ''
}
export function options<V extends string>(list: Listed, values: readonly V[]): { value: V; label: string }[] {
  return values.map((value) => ({ value, label: wordOf(list, value) }))
}

export function useOrganisations() {
  const query = useQuery({ queryKey: ['organisations'], queryFn: () => got(api.GET('/api/organisations')) })
  /** The own organisation and all below it, in the order of the tree. */
  const mine = computed(() => {
    const all = query.data.value ?? []
    const found: { organisation: Organisation; depth: number }[] = []
    const walk = (one: Organisation, depth: number): void => {
      found.push({ organisation: one, depth })
      for (const child of all.filter((each) => each.parent_id === one.id)) walk(child, depth + 1)
    }
    const top = all.find((one) => one.id === session.person?.organisation?.id)
    if (top) walk(top, 0)
    return found
  })
  return { query, mine }
}

export function useDepartments(organisationId: MaybeRefOrGetter<string | undefined>) {
  return useQuery({
    queryKey: () => ['departments', toValue(organisationId)],
    queryFn: () =>
      got(
        api.GET('/api/organisations/{organisation_id}/departments', {
          params: { path: { organisation_id: toValue(organisationId) ?? '' } },
        }),
      ),
    enabled: () => Boolean(toValue(organisationId)),
  })
}

export function useCredentials(personId: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: () => ['credentials', toValue(personId)],
    queryFn: () =>
      got(
        api.GET('/api/people/{person_id}/credentials', {
          params: { path: { person_id: toValue(personId) } },
        }),
      ),
  })
}

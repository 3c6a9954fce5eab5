/** 待匹配: studies that wait for their patient, beside whom they could be. */
import { useAction } from '@/api/action'
import { api, got } from '@/api/client'
import { refetch, useQuery } from '@/api/queries'
import type { components } from '@/api/schema'

export type Unmatched = components['schemas']['ImagingUnmatchedView']
export type Candidate = components['schemas']['ImagingCandidateView']
export type Compared = components['schemas']['ImagingComparedView']
export type Doubt = Candidate['confirm'][number]
export interface Whom {
  order_id?: string
  patient_id?: string
}

const at = (study_id: string) => ({ params: { path: { study_id } } })

export const useUnmatched = () =>
  useQuery({
    queryKey: ['imaging-unmatched'],
    queryFn: () => got(api.GET('/api/imaging/unmatched')),
    refetchInterval: 30_000,
  })

export function useCandidate(studyId: () => string | undefined, whom: () => Whom | undefined) {
  return useQuery({
    queryKey: () => ['imaging-candidate', studyId(), whom()],
    queryFn: () =>
      got(
        api.GET('/api/imaging/unmatched/{study_id}/comparison', {
          params: { path: { study_id: studyId() ?? '' }, query: { ...whom() } },
        }),
      ),
    enabled: () => Boolean(studyId() && whom()),
    staleTime: 0,
  })
}

const changed = () => refetch(['imaging-unmatched'], ['imaging-orders'], ['imaging-desk'])

export const useMatch = () =>
  useAction(async (key, study_id: string, whom: Whom, confirm_differences: Doubt[]) => {
    const headers = { 'Idempotency-Key': key }
    await api.POST('/api/imaging/unmatched/{study_id}/match', {
      ...at(study_id),
      headers,
      body: { ...whom, confirm_differences },
    })
    changed()
    return true
  })

export const useReject = () =>
  useAction(async (key, study_id: string, reason: string) => {
    const headers = { 'Idempotency-Key': key }
    await api.POST('/api/imaging/unmatched/{study_id}/reject', { ...at(study_id), headers, body: { reason } })
    changed()
    return true
  })

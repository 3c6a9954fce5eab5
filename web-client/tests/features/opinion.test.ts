import { afterEach, expect, test, vi } from 'vitest'
import { effectScope } from 'vue'
import { put, useQuery } from '@/api/queries'
import type { Desk, Draft, Said } from '@/features/consultations/opinion/contract'
import { deskKey } from '@/features/consultations/opinion/calls'
import { useSaid } from '@/features/consultations/opinion/useSaid'

const ID = '0192f0aa-1111-7000-8000-000000000000'
const DESK = { request_id: ID, mine: null, summary: null, experts: [], may: ['write'] } as unknown as Desk

vi.mock('@/features/consultations/opinion/calls', async (original) => ({
  ...(await original<object>()),
  saveSaid: (_id: string, _sort: string, version: number, content: Said) =>
    Promise.resolve({ version: version + 1, saved_at: '2026-11-22T06:00:00Z', content } as Draft),
}))

function page() {
  const scope = effectScope()
  const hand = scope.run(() => {
    const query = useQuery<Desk>({
      queryKey: deskKey(ID),
      queryFn: () => new Promise(() => undefined),
      staleTime: 60_000,
    })
    return { said: useSaid(ID, 'opinion', query), summary: useSaid(ID, 'summary', query) }
  })
  if (!hand) throw new Error('a scope that runs gives its answer')
  return { ...hand, leave: () => scope.stop() }
}

afterEach(() => vi.restoreAllMocks())

test('what was written in the meeting stands on the page after it, before the server is asked again', async () => {
  put(deskKey(ID), DESK)
  const meeting = page()
  meeting.said.said.opinion = '左肺上叶结节'
  expect(await meeting.said.flush()).toBe(1)
  meeting.leave()

  const after = page()
  expect(after.said.said.opinion).toBe('左肺上叶结节')
  expect(after.summary.said.opinion).toBe('')
  after.said.said.advice = '增强 CT'
  expect(await after.said.flush()).toBe(2)
  after.leave()
})

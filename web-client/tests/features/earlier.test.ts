// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import { continueIt, drawRenewal } from '@/features/prescriptions/calls'
import FromEarlier from '@/features/prescriptions/editor/FromEarlier.vue'

const rx = (id: string, change: object = {}) => ({
  id,
  long_term: true,
  status: 'handed_over',
  hospital: { id: 'county', name: '云岭县人民医院' },
  prescriber: { id: 'd', name: '王思齐' },
  items: [{ name: `药${id}` }],
  signed_at: '2026-11-01T01:00:00Z',
  drawn_at: '2026-11-01T01:00:00Z',
  ...change,
})
vi.mock('@/features/identity/session', () => ({
  session: { person: { person_id: 'd', organisation: { id: 'township' } } },
}))
vi.mock('@/features/prescriptions/calls', () => ({
  renewals: () =>
    Promise.resolve([
      { id: 'r1', patient_id: 'p', number: '1', words: '', status: 'accepted' },
      { id: 'r2', patient_id: 'p', number: '2', words: '', status: 'declined' },
      { id: 'r3', patient_id: 'other', number: '3', words: '', status: 'asked' },
    ]),
  earlierOf: () =>
    Promise.resolve([
      rx('甲'),
      rx('乙', { long_term: false }),
      rx('丙', { status: 'valid' }),
      rx('丁', { hospital: { id: 'township', name: '松坪镇卫生院' } }),
    ]),
  drawRenewal: vi.fn(() => Promise.resolve({ id: 'drawn' })),
  continueIt: vi.fn(() => Promise.resolve({ id: 'drawn' })),
}))

test('offers what this patient may renew and what another hospital supplied for long, and begins a draft of it', async () => {
  const page = mount(FromEarlier, { props: { visitId: 'v', patientId: 'p' } })
  await flushPromises()
  expect(page.findAll('.one')).toHaveLength(2)
  expect(page.text()).toContain('药甲')

  const [renew, carryOn] = page.findAll('button')
  await renew?.trigger('click')
  await flushPromises()
  expect(vi.mocked(drawRenewal).mock.calls[0]?.slice(1)).toEqual(['v', 'r1'])
  await carryOn?.trigger('click')
  await flushPromises()
  expect(vi.mocked(continueIt).mock.calls[0]?.slice(1)).toEqual(['v', '甲'])
  expect(page.emitted('drawn')).toHaveLength(2)
})

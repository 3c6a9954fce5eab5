import { beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick } from 'vue'
import { Problem } from '@/api/problem'
import * as calls from '@/features/prescriptions/calls'
import type { Content, Prescription } from '@/features/prescriptions/contract'
import { blankForm, usePrescription, type InHand } from '@/features/prescriptions/editor/compose'
import { blankLine, type Line } from '@/features/prescriptions/editor/lines'

vi.mock('@/features/prescriptions/calls')

const line = (name: string, given: Partial<Line> = {}): Line => ({
  ...blankLine(name),
  dose: '5',
  frequency: 'qd',
  days: '7',
  quantity: '7',
  ...given,
})
/** What the server would answer to a save. */
function kept(version: number, content: Pick<Content, 'items'>, id = 'rx'): Prescription {
  const items = content.items.map((item, place) => ({
    ...item,
    id: `${place}`,
    line: place + 1,
    dispensed: 0,
  }))
  const blank = blankForm('western', [])
  return {
    ...blank,
    id,
    version,
    status: 'draft',
    items,
    overrides: [],
    check: null,
  } as unknown as Prescription
}
const elsewhere = () => new Problem({ code: 'prescription-changed-elsewhere', title: '改过' }, 409)

let scopes = 0
function open(start: Parameters<typeof usePrescription>[1]): { hand: InHand; leave: () => void } {
  const scope = effectScope()
  scopes += 1
  const hand = scope.run(() => usePrescription(`visit ${scopes}`, start))
  if (!hand) throw new Error('the scope was stopped')
  return { hand, leave: () => scope.stop() }
}
const names = (hand: InHand) => hand.form.lines.map((one) => one.name)

describe('a prescription in two windows', () => {
  beforeEach(() => vi.resetAllMocks())

  it('keeps both when the other window was first, and saves mine over it when the doctor says so', async () => {
    const first = kept(1, { items: [] })
    const theirs = kept(2, { items: [{ ...line('缬沙坦'), dose: 80, days: 7, quantity: 7 }] })
    vi.mocked(calls.save).mockRejectedValueOnce(elsewhere())
    vi.mocked(calls.onePrescription).mockResolvedValue(theirs)
    const { hand } = open(first)
    hand.form.lines.push(line('氨氯地平'))
    expect(await hand.flush()).toBe(false)
    expect(hand.state.value).toBe('conflict')
    expect(names(hand)).toEqual(['氨氯地平'])
    expect(hand.theirs.value?.items.map((one) => one.name)).toEqual(['缬沙坦'])

    vi.mocked(calls.save).mockImplementation((_key, _id, version, content) =>
      Promise.resolve(kept(version + 1, content)),
    )
    await hand.keepMine()
    expect(vi.mocked(calls.save).mock.lastCall?.[2]).toBe(2)
    expect(hand.state.value).toBe('clean')
    expect(names(hand)).toEqual(['氨氯地平'])
  })

  it('takes theirs, and gives mine back when that was a mistake', async () => {
    const theirs = kept(2, { items: [{ ...line('缬沙坦'), dose: 80, days: 7, quantity: 7 }] })
    vi.mocked(calls.save).mockRejectedValueOnce(elsewhere())
    vi.mocked(calls.onePrescription).mockResolvedValue(theirs)
    const { hand } = open(kept(1, { items: [] }))
    hand.form.lines.push(line('氨氯地平'))
    await hand.flush()
    const undo = hand.takeTheirs()
    expect(names(hand)).toEqual(['缬沙坦'])
    undo()
    expect(names(hand)).toEqual(['氨氯地平'])
  })

  it('shows at once what the other window saved while nothing is unsaved here', async () => {
    const { hand } = open(kept(1, { items: [] }))
    hand.learn(kept(2, { items: [{ ...line('缬沙坦'), dose: 80, days: 7, quantity: 7 }] }))
    await nextTick()
    expect(names(hand)).toEqual(['缬沙坦'])
    expect(hand.state.value).toBe('clean')
  })
})

describe('what is typed', () => {
  beforeEach(() => vi.resetAllMocks())

  it('makes one draft, however often its answer is lost', async () => {
    vi.mocked(calls.draft).mockRejectedValueOnce(new Problem({ code: 'offline', title: '' }))
    const { hand } = open(blankForm('western', []))
    hand.form.lines.push(line('氨氯地平'))
    expect(await hand.flush()).toBe(false)
    vi.mocked(calls.draft).mockImplementation((_key, _visit, content) => Promise.resolve(kept(1, content)))
    expect(await hand.flush()).toBe(true)
    const [lost, again] = vi.mocked(calls.draft).mock.calls
    expect(again?.[0]).toBe(lost?.[0])
  })

  it('waits here while a line is not whole, and is there when the doctor comes back', () => {
    const start = kept(1, { items: [] }, 'rx-left')
    const { hand, leave } = open(start)
    hand.form.lines.push(line('氨氯地平', { dose: '' }))
    expect(hand.waiting.value).toBe(true)
    leave()
    expect(vi.mocked(calls.save)).not.toHaveBeenCalled()
    expect(names(open(start).hand)).toEqual(['氨氯地平'])
  })
})

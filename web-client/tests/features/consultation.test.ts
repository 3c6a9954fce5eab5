/** A consultation's page logic: what is missing, whose clock runs, what two windows wrote, who comes, whose pictures. */
import { describe, expect, it } from 'vitest'
import { nextTick, shallowRef } from 'vue'
import { grouped, triedTwice } from '@/features/consultations/meeting/people'
import { secretIn } from '@/features/consultations/meeting/guest'
import { useSharedView } from '@/features/consultations/meeting/shared'
import type { Attendee } from '@/features/consultations/meeting/contract'
import { joined } from '@/features/consultations/opinion/summing'
import { byClock, columnOf, dueOf, span } from '@/features/consultations/remote/clocks'
import type { Candidate, Partner, Row } from '@/features/consultations/remote/contract'
import { inOrder, leading, suits, toggled } from '@/features/consultations/remote/dispatch/choosing'
import { blank, lacking, priceOf, settled, spelt, toBody } from '@/features/consultations/remote/fields'
import { merged } from '@/features/consultations/remote/merging'
import { sizeOf } from '@/features/consultations/remote/sizes'
import { extended, isSignature, pathOf, toSend, WIDTH } from '@/features/consultations/remote/strokes'
import { kindOf } from '@/features/consultations/remote/uploads'
import type { RoomView } from '@/rt/view'

const partner = (id: string, departments: string[]): Partner => ({
  agreement_id: id,
  server: { id: `s${id}`, name: '县医院' },
  departments: departments.map((one) => ({ id: one, name: one })),
  titles: [],
  urgent_answer_min: 10,
  ordinary_answer_h: 24,
  report_h: 24,
  prices: { video: 8000 },
})

describe('what a request still lacks', () => {
  it('is everything of an empty form, in the order in which it is asked', () => {
    expect(lacking(blank(), false)).toEqual([
      'agreement_id',
      'department_id',
      'title_wanted',
      'reason',
      'purpose',
      'summary',
      'consent',
    ])
  })
  it('is nothing once all is there; spaces and a summary of three characters are nothing', () => {
    const form = {
      ...blank(),
      agreement_id: 'a',
      department_id: 'd',
      title_wanted: 'chief_physician',
      reason: '结节',
      purpose: '定性',
      summary: '咳嗽三周，痰中带血，体重下降。',
    }
    expect(lacking(form, true)).toEqual([])
    expect(lacking({ ...form, reason: '  ', summary: '见附件' }, true)).toEqual(['reason', 'summary'])
    const span = { from: '2026-11-23T02:00:00.000Z', to: '2026-11-23T01:00:00.000Z' }
    expect(lacking({ ...form, asap: false, times: [span] }, true)).toEqual(['times'])
    expect(lacking({ ...form, asap: false, mode: 'offline' }, true)).toEqual([])
  })
  it('sends no half-chosen time, and two forms that differ by spaces are spelt alike', () => {
    const form = { ...blank(), asap: false, times: [{ from: '2026-11-23T01:00:00.000Z', to: '' }] }
    expect(toBody(form).times).toEqual([])
    expect(spelt({ ...form, reason: 'x ' })).toBe(spelt({ ...form, reason: 'x' }))
    expect(spelt({ ...form, reason: 'y' })).not.toBe(spelt({ ...form, reason: 'x' }))
  })
  it('chooses by itself where there is no choice', () => {
    expect(settled(blank(), [partner('a', ['影像科'])])).toEqual({
      agreement_id: 'a',
      department_id: '影像科',
    })
    expect(settled(blank(), [partner('a', []), partner('b', [])])).toEqual({})
    expect(
      settled({ ...blank(), agreement_id: 'a', department_id: 'gone' }, [partner('a', ['x', 'y'])]),
    ).toEqual({
      department_id: '',
    })
    expect([priceOf(partner('a', []), 'video'), priceOf(partner('a', []), 'offline')]).toEqual([8000, null])
  })
})

describe('two windows on one form', () => {
  it('keep what each changed; of the same field mine stays and is named', () => {
    const base = { reason: '一', purpose: '二', summary: '三' }
    const { form, both } = merged(base, { ...base, reason: '我' }, { ...base, reason: '他', summary: '新' })
    expect(form).toEqual({ reason: '我', purpose: '二', summary: '新' })
    expect(both).toEqual(['reason'])
    expect(merged(base, { ...base, reason: '同' }, { ...base, reason: '同' }).both).toEqual([])
  })
})

const NOW = Date.parse('2026-11-23T01:00:00Z')
const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString()
const row = (more: Partial<Row>): Row =>
  ({
    id: 'r',
    status: 'submitted',
    urgency: 'ordinary',
    meeting: null,
    submitted_at: at(-60),
    answer_due_at: null,
    report_due_at: null,
    ...more,
  }) as Row

describe('the clocks', () => {
  it('run for whoever has to act, and warn before they are over', () => {
    expect(dueOf(row({ answer_due_at: at(8), submitted_at: at(-2) }), NOW)).toMatchObject({
      which: 'answer',
      over: false,
      soon: false,
    })
    expect(dueOf(row({ answer_due_at: at(1), submitted_at: at(-9) }), NOW)?.soon).toBe(true)
    expect(dueOf(row({ answer_due_at: at(-1) }), NOW)).toMatchObject({ over: true, soon: false })
    expect(dueOf(row({ status: 'reporting', report_due_at: at(600) }), NOW)?.which).toBe('report')
    const meeting = { id: 'm', starts_at: at(30), state: 'planned' as const }
    expect(dueOf(row({ status: 'scheduled', meeting }), NOW)?.which).toBe('meeting')
    expect(dueOf(row({ status: 'signed', report_due_at: at(1) }), NOW)).toBeUndefined()
  })
  it('order the board: what is over or due first, then the more urgent', () => {
    const rows = [
      row({ id: 'later', answer_due_at: at(60) }),
      row({ id: 'over', answer_due_at: at(-5) }),
      row({ id: 'none', status: 'accepted', urgency: 'urgent' }),
      row({ id: 'none2', status: 'accepted' }),
    ]
    expect(byClock(rows, NOW).map((one) => one.id)).toEqual(['over', 'later', 'none', 'none2'])
  })
  it('say the larger unit and never more than is left', () => {
    expect(span(119 * 60_000 + 59_000)).toEqual({ n: 119, unit: 'minute' })
    expect(span(121 * 60_000)).toEqual({ n: 2, unit: 'hour' })
    expect(span(-49 * 3_600_000)).toEqual({ n: 2, unit: 'day' })
  })
  it('put a request where it belongs on the board', () => {
    const tomorrow = Date.parse('2026-11-23T16:00:00Z')
    const meeting = (starts_at: string) => ({ id: 'm', starts_at, state: 'planned' as const })
    expect(columnOf(row({}), tomorrow)).toBe('answer')
    expect(columnOf(row({ status: 'scheduled', meeting: meeting(at(10)) }), tomorrow)).toBe('today')
    expect(columnOf(row({ status: 'scheduled', meeting: meeting(at(2000)) }), tomorrow)).toBe('later')
    expect(columnOf(row({ status: 'closed' }), tomorrow)).toBeUndefined()
  })
})

describe('choosing experts', () => {
  const who = (id: string, load: number, more: Partial<Candidate> = {}) =>
    ({ id, name: id, load, next_free: [], refusal: null, ...more }) as unknown as Candidate
  it('always leaves one who leads', () => {
    let chosen = toggled([], 'a')
    chosen = toggled(chosen, 'b')
    expect(chosen).toEqual([
      { id: 'a', lead: true },
      { id: 'b', lead: false },
    ])
    expect(leading(chosen, 'b').find((one) => one.lead)?.id).toBe('b')
    expect(toggled(chosen, 'a')).toEqual([{ id: 'b', lead: true }])
    expect(toggled(toggled(chosen, 'a'), 'b')).toEqual([])
  })
  it('shows who may first, the least loaded before the others', () => {
    const refused = who('r', 0, { refusal: { code: 'x', title: '不满 3 年' } })
    expect(inOrder([refused, who('busy', 3), who('free', 1)]).map((one) => one.id)).toEqual([
      'free',
      'busy',
      'r',
    ])
  })
  it('knows whether a time suits who asked', () => {
    const times = [{ from: at(0), to: at(60) }]
    expect([suits({ asap: false, times }, at(30)), suits({ asap: false, times }, at(60))]).toEqual([
      true,
      false,
    ])
    expect(suits({ asap: true, times: [] }, at(999))).toBe(true)
  })
})

describe('a signature', () => {
  it('is a name and not a slip of the finger', () => {
    const line = Array.from({ length: 30 }, (_, n) => [n * 10, 50, n * 16] as const)
    expect(isSignature([line])).toBe(true)
    expect(isSignature([line.slice(0, 3)])).toBe(false)
    expect(isSignature([])).toBe(false)
  })
  it('leaves out points that hardly moved, and sends whole numbers within the field', () => {
    const stroke = extended([[10, 10, 0]], [10.5, 10.5, 8])
    expect(stroke).toHaveLength(1)
    expect(toSend([[[-3.2, 400, 1.6] as const, [WIDTH + 50, 12.4, 20] as const]])).toEqual([
      [
        [0, 320, 2],
        [1000, 12, 20],
      ],
    ])
    expect(pathOf([[5, 5, 0]])).toBe('M5 5h.01')
  })
})

describe('files', () => {
  it('are known by name and type; slices often have neither', () => {
    expect(kindOf({ name: 'CT.zip', type: 'application/zip' })).toBe('dicom')
    expect(kindOf({ name: 'IM0001', type: '' })).toBe('dicom')
    expect(kindOf({ name: 'a.DCM', type: '' })).toBe('dicom')
    expect(kindOf({ name: '心电图.pdf', type: 'application/pdf' })).toBe('ecg')
    expect(kindOf({ name: 'x.jpg', type: 'image/jpeg' })).toBe('photo')
    expect(kindOf({ name: 'x.docx', type: 'application/msword' })).toBeUndefined()
    expect([sizeOf(640_000), sizeOf(1_100_000), sizeOf(248_000_000)]).toEqual([
      '640\u00a0KB',
      '1.1\u00a0MB',
      '248\u00a0MB',
    ])
  })
})

describe('a meeting', () => {
  const person = (id: string, state: Attendee['state'], second: string | null = null) =>
    ({ id, name: id, state, second_browser_at: second }) as unknown as Attendee
  it('groups its people, and tells of a second browser once', () => {
    const people = [person('a', 'knocking'), person('b', 'in'), person('c', 'invited', 't1')]
    const groups = grouped(people)
    expect(
      [groups.knocking, groups.inside, groups.expected].map((some) => some.map((one) => one.id)),
    ).toEqual([['a'], ['b'], ['c']])
    expect(triedTwice(people, new Set()).map((one) => one.id)).toEqual(['c'])
    expect(triedTwice(people, new Set(['c t1']))).toEqual([])
  })
  it('reads the secret from the fragment and nothing else', () => {
    expect(secretIn('#abcdefghijklmnop_-')).toBe('abcdefghijklmnop_-')
    expect(secretIn('#short')).toBeUndefined()
    expect(secretIn('#/../../etc/passwd000000')).toBeUndefined()
    expect(secretIn('')).toBeUndefined()
  })
  it('joins what the experts signed, once, under what the lead wrote', () => {
    const said = { findings: '', opinion: '先写的', advice: '', figures: [] }
    const figure = { study_id: null, instance_uid: '', frame: 1, attachment: 'f', caption: '' }
    const expert = {
      expert_id: 'e',
      name: '赵明远',
      title: '主任医师',
      lead: false,
      state: 'signed' as const,
      signed_at: null,
      content: { findings: '结节', opinion: '恶性不除外', advice: '', figures: [figure] },
    }
    const once = joined(said, [expert], (title) => title)
    expect(once.opinion).toBe('先写的\n赵明远 主任医师：恶性不除外')
    expect(once.figures).toEqual([figure])
    expect(joined(once, [expert], (title) => title)).toEqual(once)
  })
})

describe('the shared view', () => {
  const view = {
    study: 's',
    series: 'se',
    instance: 'i',
    frame: 1,
    window: [40, 400],
    zoom: 1,
    pan: [0, 0],
    turn: 0,
    flip: false,
    invert: false,
  }
  const cursor = { x: 10, y: 20, instance: 'i', frame: 1 }
  const people = [
    { seat: 'me', name: '我', present: true },
    { seat: 'zhou', name: '周启明', present: true },
  ]
  const a_room = (more: object = {}) =>
    ({ seat: 'me', people, grants: ['share'], presenter: 'zhou', state: {}, ...more }) as unknown as RoomView
  const sent: unknown[] = []
  const call = {
    share: (key: string, value: unknown) => void sent.push([key, value]),
    shareOwn: (name: string, value: unknown) => void sent.push([name, value]),
    present: () => Promise.resolve(),
    letPresent: (seat: string | null) => Promise.resolve(void sent.push(['letPresent', seat])),
  }

  it('is what the room holds: who presents, what they see, the cursors of the others', async () => {
    const room = shallowRef<RoomView | undefined>(undefined)
    const shared = useSharedView(call, room)
    expect(shared.value).toBeUndefined()
    const state = {
      'view/0': { value: view, seq: 1, by: 'zhou' },
      's.zhou/cursor': { value: cursor, seq: 1, by: 'zhou' },
      's.me/cursor': { value: cursor, seq: 1, by: 'me' },
    }
    room.value = a_room({ state })
    await nextTick()
    expect(shared.value?.presenter.value).toBe('zhou')
    expect(shared.value?.view.value?.frame).toBe(1)
    expect([...(shared.value?.cursors.value ?? [])]).toEqual([['zhou', { ...cursor, name: '周启明' }]])
    expect(shared.value?.mayPresent).toBe(true)
    const before = shared.value?.view.value
    room.value = a_room({ state: { ...state, 'other/0': { value: 1, seq: 1, by: 'zhou' } } })
    await nextTick()
    expect(shared.value?.view.value).toBe(before) // nothing that the viewer must draw again
  })
  it('takes what strangers send as nothing, and says its own in the keys that everybody knows', async () => {
    const room = shallowRef<RoomView | undefined>(a_room({ state: { 'view/0': { value: { study: 1 } } } }))
    const shared = useSharedView(call, room)
    expect(shared.value?.view.value).toBeNull()
    shared.value?.setCursor({ ...cursor, x: 1.23456 })
    shared.value?.setView({ ...view, pan: [1.23456, 0], window: [40, 400] } as never)
    await shared.value?.give?.()
    expect(sent).toEqual([
      ['cursor', { ...cursor, x: 1.2 }],
      ['view/0', { ...view, pan: [1.23, 0] }],
      ['letPresent', null],
    ])
  })
})

import { describe, expect, test } from 'vitest'
import {
  answersOf,
  choosable,
  generalSigns,
  signsOf,
  type Symptom,
} from '@/features/consultations/prepare/danger'
import { before, nextMissing } from '@/features/consultations/prepare/steps'
import { countsOf, isAhead, nextOf, pathOf, stepOf } from '@/features/consultations/progress'
import { lineOf, twoDigits } from '@/features/consultations/waiting/line'

const NOW = Date.parse('2026-11-23T14:00:00+08:00')
const visit = (status: string, at: string, more: object = {}) => ({
  id: `${status}-${at}`,
  status,
  slot_starts_at: at,
  signed_at: null as string | null,
  ...more,
})

describe('the next step of a visit', () => {
  test('is preparing while something is missing, or nobody knows', () => {
    expect(stepOf({ status: 'booked' }, NOW)).toBe('prepare')
    expect(stepOf({ status: 'pre_check', missing: ['papers'] }, NOW)).toBe('prepare')
  })

  test('becomes the waiting room by itself when it opens', () => {
    const opens = { status: 'pre_check', missing: [], check_in_opens_at: '2026-11-23T14:00:01+08:00' }
    expect(stepOf(opens, NOW)).toBe('early')
    expect(stepOf(opens, NOW + 1000)).toBe('ready')
    expect(pathOf('1', 'ready')).toBe('/visits/1/waiting')
  })

  test.each([
    ['queued', 'wait'],
    ['not_present', 'wait'],
    ['called', 'enter'],
    ['eligibility', 'enter'],
    ['in_video', 'enter'],
    ['ended_technical', 'writing'],
    ['documenting', 'writing'],
    ['signed', 'summary'],
    ['closed', 'summary'],
    ['cancelled', 'over'],
    ['terminated_to_offline', 'over'],
  ])('of %s is %s', (status, step) => expect(stepOf({ status }, NOW)).toBe(step))
})

describe('home', () => {
  const later = visit('booked', '2026-11-24T09:00:00+08:00')
  const sooner = visit('booked', '2026-11-23T16:00:00+08:00')
  const calling = visit('called', '2026-11-25T09:00:00+08:00')
  const signedToday = visit('closed', '2026-11-23T09:00:00+08:00', { signed_at: '2026-11-23T09:30:00+08:00' })
  const signedBefore = visit('closed', '2026-11-20T09:00:00+08:00', {
    signed_at: '2026-11-20T09:30:00+08:00',
  })

  test('speaks of the call before anything else, then of the nearest visit', () => {
    expect(nextOf([later, sooner, calling], NOW)).toBe(calling)
    expect(nextOf([later, sooner, signedToday], NOW)).toBe(sooner)
  })

  test('shows a summary on the day it came and never one that is over', () => {
    expect(nextOf([signedBefore, signedToday], NOW)).toBe(signedToday)
    expect(nextOf([signedBefore, visit('cancelled', '2026-11-24T09:00:00+08:00')], NOW)).toBeUndefined()
  })

  test('counts what lies ahead, today and in seven days', () => {
    const far = visit('booked', '2026-11-30T09:00:00+08:00')
    expect(countsOf([later, sooner, signedToday, far], NOW)).toEqual({ today: 1, week: 2 })
    expect([later, signedToday].filter(isAhead)).toEqual([later])
  })
})

describe('the line in the waiting room', () => {
  test('has one station for everybody before me, who is inside first', () => {
    const kinds = lineOf([5, 6, 7], 1, 8).map((one) => [one.kind, one.number, one.place])
    expect(kinds).toEqual([
      ['inside', 5, 0],
      ['waiting', 6, 1],
      ['waiting', 7, 2],
      ['me', 8, 3],
    ])
  })

  test('says how many it leaves out when it is long', () => {
    const stations = lineOf([1, 2, 3, 4, 5, 6, 7], 1, 8)
    expect(stations.map((one) => one.kind)).toEqual(['inside', 'more', 'waiting', 'me'])
    expect(stations[1]?.number).toBe(5)
    expect(stations[2]?.number).toBe(7)
  })

  test('is only me when nobody is before', () => {
    expect(lineOf([], 0, 3).map((one) => one.kind)).toEqual(['me'])
    expect(twoDigits(3)).toBe('03')
  })
})

describe('preparing', () => {
  test('goes on behind the step just done and comes back to what was left out', () => {
    expect(nextMissing(['papers', 'device'], 'papers')).toBe('device')
    expect(nextMissing(['complaint'], 'device')).toBe('complaint')
    expect(nextMissing([])).toBeUndefined()
    expect(before('flags')).toBe('complaint')
    expect(before('papers')).toBeUndefined()
  })
})

describe('danger signs', () => {
  const symptom = (id: string, more: Partial<Symptom> = {}): Symptom => ({
    id,
    name: id,
    department: '心血管内科',
    department_en: 'Cardiology',
    red_flags: ['a', 'b'],
    action: 'call_120',
    any_is_flag: false,
    ...more,
  })
  const list = [
    symptom('chest_pain'),
    symptom('rash', { department: '皮肤科' }),
    symptom('unknown'),
    symptom('poisoning', { any_is_flag: true, red_flags: [] }),
    symptom('bleeding', { any_is_flag: true, red_flags: [], action: 'offline_now' }),
  ]

  test('that are an emergency by themselves are asked of everybody', () => {
    expect(generalSigns(list).map((sign) => sign.key)).toEqual(['unknown.0', 'unknown.1', 'poisoning'])
  })

  test('of other complaints follow once these are chosen, the department first', () => {
    const { near, rest } = choosable(list, '心血管内科')
    expect(near.map((one) => one.id)).toEqual(['chest_pain', 'bleeding'])
    expect(rest.map((one) => one.id)).toEqual(['rash'])
  })

  test('become answers with their positions, and a complaint without signs is an answer too', () => {
    const [first, second] = signsOf(list[0] as Symptom)
    const grave = generalSigns(list)[2]
    expect(answersOf(['rash'], [second!, first!, grave!])).toEqual([
      { symptom_id: 'rash', red_flags: [] },
      { symptom_id: 'chest_pain', red_flags: [0, 1] },
      { symptom_id: 'poisoning', red_flags: [] },
    ])
  })
})

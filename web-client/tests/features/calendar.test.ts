import { expect, test } from 'vitest'
import type { Medications } from '@/features/prescriptions/own/own'
import { spellsOf } from '@/features/prescriptions/own/spells'

type Day = Medications['days'][number]
const day = (date: string, ...doses: [when: string, item: string][]): Day =>
  ({
    day: date,
    doses: doses.map(([when, item]) => ({ when, item_id: item, name: item, dose: '1 片', note: '' })),
  }) as unknown as Day
const told = (days: Day[]) => spellsOf(days).map(({ first, last }) => [first, last])

test('today stands alone, and days without a change are told once', () => {
  const same = ['morning', 'a'] as [string, string]
  expect(told([day('01', same), day('02', same), day('03', same)])).toEqual([
    ['01', '01'],
    ['02', '03'],
  ])
})

test('a drug that ends begins a new run of days', () => {
  const [a, b] = [['morning', 'a'] as [string, string], ['evening', 'b'] as [string, string]]
  expect(told([day('01', a, b), day('02', a, b), day('03', a), day('04', a)])).toEqual([
    ['01', '01'],
    ['02', '02'],
    ['03', '04'],
  ])
})

test('days with nothing to take are left out, but they part the days around them', () => {
  const weekly = ['morning', 'a'] as [string, string]
  expect(
    told([day('01', weekly), day('02'), day('03'), day('08', weekly), day('09'), day('15', weekly)]),
  ).toEqual([
    ['01', '01'],
    ['08', '08'],
    ['15', '15'],
  ])
})

test('the time of day is named once for all that is taken then', () => {
  const [spell] = spellsOf([day('01', ['morning', 'a'], ['morning', 'b'], ['evening', 'a'])])
  expect(spell?.moments.map(({ when, doses }) => [when, doses.length])).toEqual([
    ['morning', 2],
    ['evening', 1],
  ])
})

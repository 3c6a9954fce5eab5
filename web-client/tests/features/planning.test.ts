import { describe, expect, it } from 'vitest'
import type { Template, Terms } from '@/features/appointments/planning/contract'
import { limitOf } from '@/features/appointments/planning/limitFields'
import { daysBetween } from '@/features/appointments/planning/spans'
import { sizeOf, stateOn, templateGrid } from '@/features/appointments/planning/templateGrid'
import {
  courseOf,
  divided,
  doubtsOf,
  isRefused,
  onlineShare,
  USUAL_CHAIN,
  usualOpenings,
} from '@/features/appointments/planning/terms'
import { kept, walk, type Spot } from '@/features/appointments/walk'

const usual = usualOpenings({ opens_at: '07:00:00', opens_days_before: 7, reserved_days_before: 14 })
const shares = { village: 10, township: 20, family_doctor: 10 }
const terms: Terms = { shares, opens: {}, chain: [...USUAL_CHAIN] }

describe('an agreement', () => {
  it('leaves to everybody what it does not reserve', () => {
    expect(onlineShare(shares)).toBe(60)
    expect(divided(shares, 20)).toEqual({
      online: 12,
      village: 2,
      township: 4,
      county: 0,
      family_doctor: 2,
      window: 0,
    })
    expect(divided({ window: 30 }, 1)).toMatchObject({ online: 1, window: 0 })
  })
  it('is told in the order in which it happens, and carries released places on', () => {
    const told = courseOf(terms, usual, '2026-12-14', 20).map((each) => {
      const at = new Date(each.at + 8 * 3_600_000).toISOString().slice(5, 16)
      return each.kind === 'open'
        ? `${at} ${each.quota} ${each.places}`
        : `${at} ${each.quota}>${each.to} ${each.places}`
    })
    expect(told).toEqual([
      '11-30T07:00 village 2',
      '11-30T07:00 township 4',
      '11-30T07:00 family_doctor 2',
      '12-07T07:00 online 12',
      '12-11T12:00 village>township 2',
      '12-12T12:00 township>county 6',
      '12-13T12:00 county>online 6',
      '12-13T12:00 family_doctor>online 2',
    ])
  })
  it('has no doubts when it is the usual one', () => {
    expect(doubtsOf(terms, usual)).toEqual([])
  })
  it('is doubted where places would be lost', () => {
    expect(doubtsOf({ ...terms, chain: terms.chain.slice(0, 3) }, usual)).toEqual([
      { kind: 'never-released', quota: 'family_doctor' },
    ])
    const late = { ...terms, opens: { village: { days_before: 2, at: '07:00' } } }
    expect(doubtsOf(late, usual)).toEqual([{ kind: 'released-before-open', quota: 'village' }])
  })
  it('is refused where it cannot work', () => {
    const twice = { ...terms, chain: [...terms.chain, { ...terms.chain[0]!, to_quota: 'online' as const }] }
    expect(doubtsOf({ ...terms, shares: { village: 60, county: 50 } }, usual).find(isRefused)).toEqual({
      kind: 'over',
      total: 110,
    })
    expect(doubtsOf(twice, usual).filter(isRefused)).toEqual([{ kind: 'twice', quota: 'village' }])
    const late = { ...terms.chain[0]!, days_before: 1 }
    expect(doubtsOf({ ...terms, chain: [late, ...terms.chain.slice(1)] }, usual).filter(isRefused)).toEqual([
      { kind: 'too-late', quota: 'village', to: 'township' },
    ])
  })
})

describe('templates', () => {
  const one = (id: string, doctor: string, weekday: number, starts_at: string) =>
    ({
      id,
      weekday,
      starts_at,
      ends_at: '11:30',
      slot_minutes: 30,
      slot_capacity: 3,
      doctor: { id: doctor, name: doctor, title_zh: '' },
      department_id: 'd',
      department: '内科',
      valid_from: '2026-01-01',
      valid_until: null,
    }) as unknown as Template
  const who = { id: '王', name: '王', title_zh: '', department_id: 'd', department: '内科' }

  it('stand by doctor and weekday, also for doctors who have none', () => {
    const rows = templateGrid([one('b', '李', 1, '14:00'), one('a', '李', 1, '08:30')], [who])
    expect(rows.map((row) => row.who.name)).toEqual(['李', '王'])
    expect(rows[0]?.cells[0]?.map((each) => each.id)).toEqual(['a', 'b'])
    expect(rows[1]?.cells.flat()).toEqual([])
  })
  it('know their size and whether they hold', () => {
    expect(sizeOf(one('a', '李', 1, '08:30'))).toEqual({ slots: 6, places: 18 })
    const held = { valid_from: '2026-11-01', valid_until: '2026-11-30' }
    expect(['2026-10-31', '2026-11-30', '2026-12-01'].map((day) => stateOn(held, day))).toEqual([
      'later',
      'now',
      'over',
    ])
  })
})

it('counts days with both ends, and none when they run backwards', () => {
  expect(daysBetween('2026-12-30', '2027-01-02')).toBe(4)
  expect(daysBetween('2026-12-30', '2026-12-29')).toBe(0)
  expect(daysBetween('2026-12-30', '')).toBeNaN()
})

it('takes limits within their bounds only', () => {
  const bounds = { least: 3, most: 60 }
  expect(['3', '60', '2', '61', '', '4.5'].map((typed) => limitOf('minutes', typed, bounds))).toEqual([
    3,
    60,
    undefined,
    undefined,
    undefined,
    undefined,
  ])
  expect(limitOf('clock', '17:00', { least: '00:00', most: '23:59' })).toBe('17:00')
  expect(limitOf('clock', '', undefined)).toBeUndefined()
})

describe('walking a grid with the keys', () => {
  const shape = [
    [1, 2, 1],
    [1, 1, 1],
  ]
  const from = (at: Partial<Spot>, key: string, control = false) =>
    walk(key, { row: 0, column: 0, item: 0, ...at }, shape, control)

  it('goes to the neighbour and stops at the edge', () => {
    expect(from({}, 'ArrowRight')).toEqual({ row: 0, column: 1, item: 0 })
    expect(from({}, 'ArrowLeft')).toEqual({ row: 0, column: 0, item: 0 })
    expect(from({ row: 1 }, 'ArrowDown')).toEqual({ row: 1, column: 0, item: 0 })
  })
  it('goes through the things of a cell before it leaves it', () => {
    expect(from({ column: 1 }, 'ArrowDown')).toEqual({ row: 0, column: 1, item: 1 })
    expect(from({ column: 1, item: 1 }, 'ArrowDown')).toEqual({ row: 1, column: 1, item: 0 })
    expect(from({ row: 1, column: 1 }, 'ArrowUp')).toEqual({ row: 0, column: 1, item: 1 })
  })
  it('jumps to the ends of the row, with Control of the grid', () => {
    expect(from({ column: 1 }, 'End')).toEqual({ row: 0, column: 2, item: 0 })
    expect(from({ column: 1 }, 'End', true)).toEqual({ row: 1, column: 2, item: 0 })
    expect(from({ row: 1, column: 1 }, 'Home', true)).toEqual({ row: 0, column: 0, item: 0 })
  })
  it('leaves other keys alone and stays inside a grid that shrank', () => {
    expect(from({}, 'Enter')).toBeUndefined()
    expect(kept({ row: 5, column: 9, item: 3 }, shape)).toEqual({ row: 1, column: 2, item: 0 })
    expect(kept({ row: 5, column: 9, item: 3 }, [])).toEqual({ row: 0, column: 0, item: 0 })
  })
})

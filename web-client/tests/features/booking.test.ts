import { describe, expect, test } from 'vitest'
import {
  comingDays,
  daysOf,
  halvesOf,
  overCount,
  slotOf,
  type Session,
  type Slot,
} from '@/features/appointments/days'
import { firstOpen, read, stepFor, type Draft } from '@/features/appointments/draft'
import { ageOf, idOf, isPhone, mustAgree } from '@/features/identity/cards'
import { deviceName } from '@/features/identity/devices'

const slot = (id: string, at: string, state: string, free = 0): Slot =>
  ({ id, starts_at: at, ends_at: at, capacity: 3, free, state }) as Slot
const session = (day: string, slots: Slot[]): Session =>
  ({
    day,
    slots,
    free: slots.reduce((sum, one) => sum + one.free, 0),
    stop_reason: null,
  }) as unknown as Session

describe('the days of a doctor', () => {
  const NOW = Date.parse('2026-11-23T23:30:00+08:00')

  test('begin with today in Shanghai, also an hour before midnight', () => {
    expect(comingDays(NOW, 3)).toEqual(['2026-11-23', '2026-11-24', '2026-11-25'])
  })

  test('say why one cannot book: no session, full, over, stopped, not open yet', () => {
    const days = comingDays(NOW, 6)
    const at = (i: number) => `${days[i]}T09:00:00+08:00`
    const sessions = [
      session(days[0]!, [slot('1', at(0), 'over')]),
      session(days[1]!, [slot('2', at(1), 'full'), slot('3', at(1), 'over')]),
      session(days[2]!, [slot('4', at(2), 'closed')]),
      session(days[3]!, [slot('5', at(3), 'not_open')]),
      session(days[4]!, [slot('6', at(4), 'full'), slot('7', at(4), 'free', 2)]),
    ]
    expect(daysOf(sessions, days).map((day) => day.state)).toEqual([
      'over',
      'full',
      'closed',
      'not_open',
      'free',
      'none',
    ])
    expect(daysOf(sessions, days)[4]?.free).toBe(2)
    expect(slotOf(sessions, '5')?.state).toBe('not_open')
    expect(slotOf(sessions, 'gone')).toBeUndefined()
  })

  test('show times by half-day, without those that are over', () => {
    const day = daysOf(
      [
        session('2026-11-24', [
          slot('a', '2026-11-24T06:00:00Z', 'free', 2),
          slot('b', '2026-11-24T01:00:00Z', 'free', 1),
          slot('c', '2026-11-24T00:30:00Z', 'over'),
        ]),
      ],
      ['2026-11-24'],
    )[0]
    expect(halvesOf(day).map((half) => [half.half, half.free, half.slots.map((one) => one.id)])).toEqual([
      ['morning', 1, ['b']],
      ['afternoon', 2, ['a']],
    ])
    expect(overCount(day)).toBe(1)
  })
})

describe('a booking under way', () => {
  const full: Draft = {
    patientId: 'p',
    departmentId: 'd',
    doctorId: 'x',
    day: '',
    slotId: 's',
    bookingId: '',
    inPerson: 'yes',
  }

  test('survives a reload, and a broken memory is an empty one', () => {
    expect(read(JSON.stringify({ ...full, surprise: 'no', day: 7 }))).toEqual(full)
    expect(read('{').patientId).toBe('')
  })

  test('asks the first open question and lets nobody past it by an address', () => {
    expect(firstOpen({ ...full, patientId: '' })).toBe('who')
    expect(firstOpen({ ...full, doctorId: '', departmentId: '' })).toBe('department')
    expect(firstOpen({ ...full, inPerson: '' })).toBe('inperson')
    expect(firstOpen({ ...full, inPerson: 'no', slotId: '' })).toBe('time')
    expect(stepFor('check', { ...full, slotId: '' })).toBe('time')
    expect(stepFor('who', full)).toBe('who')
    expect(stepFor('nonsense', full)).toBe('check')
  })
})

describe('an ID number', () => {
  const NOW = Date.parse('2026-11-23T08:00:00+08:00')

  test('tells the age to the day', () => {
    expect(ageOf('530000200811230000', NOW)).toBe(18)
    expect(ageOf('530000200811240000', NOW)).toBe(17)
  })

  test('asks consent of who is of age, and of whom it does not know', () => {
    expect(mustAgree('530000200811230000', NOW)).toBe(true)
    expect(mustAgree('530000201811230000', NOW)).toBe(false)
    expect(mustAgree('', NOW)).toBe(true)
    expect(idOf(' 5300 x')).toBe('5300X')
    expect(isPhone('13800000000') && !isPhone('23800000000')).toBe(true)
  })
})

test('a device has a name that people know', () => {
  expect(deviceName('Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile Safari/537')).toBe(
    'Android\u00a0· Chrome',
  )
  expect(deviceName('Mozilla/5.0 (iPhone; CPU iPhone OS 17) Safari/604 MicroMessenger/8')).toBe(
    'iPhone\u00a0· 微信',
  )
  expect(deviceName('curl')).toBe('')
})

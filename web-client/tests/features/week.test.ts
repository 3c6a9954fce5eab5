import { describe, expect, it } from 'vitest'
import { cut, daysFrom, gridOf, halfOf, mondayOf } from '@/features/appointments/week'
import type { Session } from '@/features/appointments/days'

const one = (id: string, doctor: string, day: string, from: string) =>
  ({
    id,
    day,
    starts_at: `${day}T${from}:00+08:00`,
    doctor: { id: doctor, name: doctor, department_id: 'd', department: '内科' },
    slots: [],
  }) as unknown as Session

describe('a week', () => {
  it('begins on Monday in Shanghai, also late on Sunday night elsewhere', () => {
    expect(mondayOf(Date.parse('2026-11-22T23:59:00+08:00'))).toBe('2026-11-16')
    expect(mondayOf(Date.parse('2026-11-23T00:01:00+08:00'))).toBe('2026-11-23')
    expect(daysFrom('2026-11-30').at(-1)).toBe('2026-12-06')
  })
  it('has a row for each doctor and half-day that is held, and names the doctor once', () => {
    const days = daysFrom('2026-11-23')
    const rows = gridOf(
      [
        one('a', '李', '2026-11-23', '08:00'),
        one('b', '李', '2026-11-24', '14:00'),
        one('c', '王', '2026-11-23', '08:00'),
      ],
      days,
    )
    expect(rows.map((row) => [row.doctor.name, row.half, row.first])).toEqual([
      ['李', 'morning', true],
      ['李', 'afternoon', false],
      ['王', 'morning', true],
    ])
    expect(rows[1]?.cells[1]?.map((held) => held.id)).toEqual(['b'])
  })
  it('knows the half-day by the clock of Shanghai', () => {
    expect(['11:59', '12:00', '18:00'].map((time) => halfOf(`2026-11-23T${time}:00+08:00`))).toEqual([
      'morning',
      'afternoon',
      'evening',
    ])
  })
})

it('cuts a session into whole slots only', () => {
  expect(cut('08:30', '11:30', 15, 2)).toEqual({ slots: 12, places: 24 })
  expect(cut('08:30', '08:40', 15, 2)).toEqual({ slots: 0, places: 0 })
  expect(cut('11:30', '08:30', 15, 2).slots).toBe(0)
  expect(cut('23:00', '00:00', 30, 2)).toEqual({ slots: 2, places: 4 })
})

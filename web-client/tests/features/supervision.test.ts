import { describe, expect, it } from 'vitest'
import { daysLeft, validityOf } from '@/features/identity/admin/validity'
import { figuresOf, groupBy, type DayCount } from '@/features/supervision/counts'
import { csvOf } from '@/ui/csv'

const row = (day: string, organisation_id: string, by_status: Record<string, number>): DayCount => ({
  day,
  organisation_id,
  by_status,
  total: Object.values(by_status).reduce((sum, count) => sum + count, 0),
})

describe('counts', () => {
  const rows = [
    row('2026-11-22', 'a', { closed: 3, documenting: 1, no_show: 1 }),
    row('2026-11-23', 'b', { refused_first_visit: 2, cancelled: 1 }),
  ]
  it('adds up what each status means: an unsigned visit was seen too', () => {
    expect(figuresOf(rows)).toEqual({
      total: 8,
      seen: 4,
      unsigned: 1,
      refused: 2,
      offline: 0,
      missed: 1,
      cancelled: 1,
    })
  })
  it('leaves no day out of the line, not even an empty one', () => {
    const days = groupBy(rows, 'day', ['2026-11-21', '2026-11-22', '2026-11-23'])
    expect(days.map((day) => [day.key, day.total])).toEqual([
      ['2026-11-21', 0],
      ['2026-11-22', 5],
      ['2026-11-23', 3],
    ])
  })
})

describe('a table as a file', () => {
  it('quotes what would break a row', () => {
    expect(csvOf([['a,b', 'say "x"', 3]])).toBe('"a,b","say ""x""",3\r\n')
  })
  it('gives a spreadsheet nothing that it would run', () => {
    expect(csvOf([['=cmd()', '+1', '正常']])).toBe("'=cmd(),'+1,正常\r\n")
  })
})

describe('a licence', () => {
  const now = Date.parse('2026-11-23T10:00:00+08:00')
  it('holds to the end of its last day', () => {
    expect(daysLeft('2026-11-23', now)).toBe(0)
    expect(daysLeft('2026-11-22', now)).toBeLessThan(0)
  })
  it('warns before it expires and says when it is over', () => {
    expect(validityOf('2027-11-23', now).tone).toBe('ok')
    expect(validityOf('2026-12-03', now).tone).toBe('warn')
    expect(validityOf('2026-11-22', now).tone).toBe('bad')
  })
})

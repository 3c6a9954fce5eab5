import { describe, expect, it } from 'vitest'
import type { Slot } from '@/features/appointments/days'
import {
  counted,
  placesOf,
  sharesOf,
  sharesOfAll,
  splitOf,
  sumOf,
  wrongOf,
} from '@/features/appointments/quotas'

const slot = (quotas: Slot['quotas'], capacity = 4, free = 1) => ({ quotas, capacity, free }) as Slot

describe('quotas', () => {
  const slots = [
    slot([
      { quota: 'window', capacity: 1, taken: 1 },
      { quota: 'online', capacity: 3, taken: 1 },
    ]),
    slot([
      { quota: 'online', capacity: 2, taken: 2 },
      { quota: 'village', capacity: 0, taken: 0 },
      { quota: 'township', capacity: 2, taken: 0 },
    ]),
  ]
  it('are added up over a session in one order, without those that have nothing', () => {
    expect(sharesOfAll({ slots })).toEqual([
      { quota: 'online', capacity: 5, taken: 3 },
      { quota: 'township', capacity: 2, taken: 0 },
      { quota: 'window', capacity: 1, taken: 1 },
    ])
  })
  it('say how many are booked, whatever this reader could book', () => {
    expect(placesOf({ slots })).toEqual({ capacity: 8, booked: 4, left: 4 })
  })
  it('are not there for those who may not see them, who count what they cannot have', () => {
    expect(sharesOf(slot(null))).toBeUndefined()
    expect(placesOf({ slots: [slot(null, 3, 1)] })).toEqual({ capacity: 3, booked: 2, left: 1 })
  })
})

describe('a split by hand', () => {
  it('takes whole numbers of places only', () => {
    expect(['3', ' 12 ', '0', '200'].map(counted)).toEqual([3, 12, 0, 200])
    expect(['', '-1', '1.5', '201', 'x'].map(counted)).toEqual([NaN, NaN, NaN, NaN, NaN])
  })
  it('adds up', () => {
    expect(sumOf(splitOf({ online: 5, village: 2 }))).toBe(7)
    expect(sumOf({ ...splitOf(null), online: NaN, window: 2 })).toBe(2)
  })
  it('may not go below what is booked, nor be left empty', () => {
    const shares = [{ quota: 'village' as const, capacity: 3, taken: 2 }]
    expect(wrongOf(splitOf({ online: 5, village: 2 }), shares)).toEqual([])
    expect(wrongOf(splitOf({ online: 5, village: 1 }), shares)).toEqual(['village'])
    expect(wrongOf({ ...splitOf(null), village: 2, county: NaN }, shares)).toEqual(['county'])
  })
})

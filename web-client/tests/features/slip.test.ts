// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Booking } from '@/features/appointments/asking'
import BookingSlip from '@/features/appointments/BookingSlip.vue'
import { bySession, canCheckIn, dayAfter, grouped, matches } from '@/features/appointments/window/day'
import { wordsReady } from '@/i18n/catalogue'
import { choose } from '@/view/settings'

const encoded = vi.hoisted(() => vi.fn(() => ({ data: [[true]], size: 1 })))
vi.mock('uqr', () => ({ encode: encoded }))

const booking = (change: Partial<Booking> = {}): Booking =>
  ({
    id: 'b',
    reference: '261123-0042-7',
    number: 3,
    status: 'booked',
    patient_name: '张建国',
    service: 'expert',
    session_id: 's',
    starts_at: '2026-11-23T01:00:00Z',
    ends_at: '2026-11-23T01:30:00Z',
    check_in_opens_at: '2026-11-23T00:30:00Z',
    check_in_closes_at: '2026-11-23T01:15:00Z',
    doctor: {
      name: '李文清',
      title_zh: '主任医师',
      department: '心血管内科',
      organisation: '云岭县人民医院',
    },
    ...change,
  }) as Booking
const textOf = (props: InstanceType<typeof BookingSlip>['$props']) =>
  mount(BookingSlip, { props }).text().replaceAll(/\s+/g, ' ')

afterEach(() => choose({ language: 'zh-CN', view: 'standard', step: 2 }))

describe('the slip of a booking', () => {
  test('says who, when, where and what to bring, and when the window checks in', () => {
    const text = textOf({ booking: booking(), place: '人民路 1 号', phone: '0871-000' })
    for (const word of [
      '261123-0042-7',
      '第 3 号',
      '张建国',
      '李文清',
      '心血管内科',
      '云岭县人民医院',
      '人民路',
      '0871',
    ])
      expect(text.replaceAll('\u00a0', ' ')).toContain(word)
    expect(text).toContain('08:30 到 09:15')
    expect(text).toContain('带身份证')
  })

  test('carries its number in the QR code, behind the address where the visit is by video', () => {
    textOf({ booking: booking() })
    expect(encoded).toHaveBeenLastCalledWith('261123-0042-7', expect.anything())
    const video = booking({ service: 'follow_up', check_in_opens_at: null, check_in_closes_at: null })
    const text = textOf({ booking: video, address: 'https://x/visits/1', place: '人民路 1 号' })
    expect(encoded).toHaveBeenLastCalledWith('https://x/visits/1#261123-0042-7', expect.anything())
    expect(text).toContain('不用到医院')
    expect(text).not.toContain('人民路')
  })

  test('is void once it is cancelled', () => {
    expect(textOf({ booking: booking() })).not.toContain('作废')
    expect(textOf({ booking: booking({ status: 'cancelled' }) })).toContain('此单作废')
  })

  test('speaks English to who does', async () => {
    choose({ language: 'en' })
    await wordsReady()
    expect(textOf({ booking: booking() })).toContain(
      'Check in at the hospital’s window between 08:30 and 09:15',
    )
  })
})

describe('a day at the window', () => {
  test('is grouped by session in the order of the list', () => {
    const rows = [
      booking({ id: '1', session_id: 'x' }),
      booking({ id: '2' }),
      booking({ id: '3', session_id: 'x' }),
    ]
    expect(grouped(rows, bySession).map((group) => group.rows.map((one) => one.id))).toEqual([
      ['1', '3'],
      ['2'],
    ])
  })

  test('is searched by name and by the digits of a reference', () => {
    expect(['', '张', '0042', '261123 0042'].map((typed) => matches(booking(), typed))).toEqual([
      true,
      true,
      true,
      true,
    ])
    expect(['李', '0043', '张x'].some((typed) => matches(booking(), typed))).toBe(false)
  })

  test('checks in only while the window does', () => {
    const at = (time: string) => canCheckIn(booking(), Date.parse(`2026-11-23T${time}:00+08:00`))
    expect([at('08:29'), at('08:30'), at('09:15'), at('09:16')]).toEqual([false, true, true, false])
    expect(canCheckIn(booking({ status: 'checked_in' }), Date.parse('2026-11-23T09:00:00+08:00'))).toBe(false)
  })

  test('is followed by the next, over the end of a month', () => {
    expect([dayAfter('2026-11-30'), dayAfter('2026-12-01', -1)]).toEqual(['2026-12-01', '2026-11-30'])
  })
})

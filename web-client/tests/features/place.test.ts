import { describe, expect, test } from 'vitest'
import type { Notice } from '@/features/notifications/inbox'
import { deskOf, placeOf } from '@/features/notifications/place'

const about = (template: string, links: Record<string, string>): Notice =>
  ({ id: 'n', template, links, title: '', text: '', at: '', read_at: null }) as unknown as Notice

describe('a message leads', () => {
  test('a patient to the report it is about', () => {
    expect(placeOf(about('imaging-amended', { imaging_order_id: 'x' }))).toBe('/reports/x')
    expect(placeOf(about('remote-report-amended-for-patient', { request_id: 'r' }))).toBe('/consultations/r')
    expect(placeOf(about('visit-called', { visit_id: 'v' }))).toBe('/visits/v/call')
  })

  test('who asked to the report, whoever is asked to the papers, a dispatcher to the board', () => {
    const asks = (template: string, role: 'clinic_worker' | 'doctor' | 'scheduler') =>
      deskOf(about(template, { request_id: 'r' }), role)
    expect(asks('remote-report-amended', 'clinic_worker')).toBe('/staff/requests/r/report')
    expect(asks('remote-returned', 'doctor')).toBe('/staff/requests/r')
    expect(asks('remote-asked', 'doctor')).toBe('/staff/consults/r')
    expect(asks('remote-report-overdue', 'doctor')).toBe('/staff/consults/r')
    expect(asks('remote-submitted', 'scheduler')).toBe('/staff/dispatch?request=r')
  })

  test('who ordered to the examination, an administrator to the agreements', () => {
    expect(deskOf(about('imaging-amended-for-doctor', { imaging_order_id: 'x' }), 'doctor')).toBe(
      '/staff/imaging/orders/x',
    )
    expect(deskOf(about('imaging-overdue-head', { imaging_order_id: 'x' }), 'administrator')).toBeUndefined()
    expect(deskOf(about('cooperation-confirmed', { agreement_id: 'a' }), 'administrator')).toBe(
      '/staff/planning/cooperation',
    )
  })
})

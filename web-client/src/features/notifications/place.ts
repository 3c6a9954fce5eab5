/** Where a message leads. Not with the inbox itself, whose unread count is on everybody's first page. */
import type { Notice } from './inbox'
import type { Role } from '@/features/identity/session'

/** To the prescription, the report, the visit or the booking it is about; of a stopped session to the booking, which offers
 *  another. */
export function placeOf(notice: Notice): string | undefined {
  const { visit_id: visit, booking_id: booking, prescription_id: prescription } = notice.links
  const { imaging_order_id: examination, request_id: request } = notice.links
  if (prescription) return `/prescriptions/${prescription}`
  if (examination) return `/reports/${examination}`
  if (request) return `/consultations/${request}`
  if (booking && (!visit || notice.template.includes('stopped'))) return `/bookings/${booking}`
  if (!visit) return undefined
  if (notice.template === 'visit-called') return `/visits/${visit}/call`
  return `/visits/${visit}`
}

/** The same for who works here. */
export function deskOf(notice: Notice, role: Role | undefined): string | undefined {
  const { visit_id: visit, prescription_id: prescription, imaging_order_id: examination } = notice.links
  if (prescription) return role === 'pharmacist' ? `/staff/review?rx=${prescription}` : '/staff/prescriptions'
  if (examination && role !== 'administrator') return `/staff/imaging/orders/${examination}`
  if (notice.links.request_id) return requestOf(notice.links.request_id, notice.template, role)
  if (notice.links.agreement_id && role === 'administrator') return '/staff/planning/cooperation'
  return visit && `/staff/visits/${visit}`
}

const SIGNED = /^remote-report-(signed|amended)$/
const FOR_EXPERTS = /^remote-(asked|emergency|report-overdue|cancelled)/

function requestOf(id: string, template: string, role: Role | undefined): string {
  if (role === 'scheduler') return `/staff/dispatch?request=${id}`
  if (SIGNED.test(template)) return `/staff/requests/${id}/report`
  return role === 'doctor' && FOR_EXPERTS.test(template) ? `/staff/consults/${id}` : `/staff/requests/${id}`
}

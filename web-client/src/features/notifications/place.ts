/** Where a message leads. Not with the inbox itself, whose unread count is on everybody's first page. */
import type { Notice } from './inbox'
import type { Role } from '@/features/identity/session'

/** To the prescription, the visit or the booking it is about; of a stopped session to the booking, which offers another. */
export function placeOf(notice: Notice): string | undefined {
  const { visit_id: visit, booking_id: booking, prescription_id: prescription } = notice.links
  if (prescription) return `/prescriptions/${prescription}`
  if (booking && (!visit || notice.template.includes('stopped'))) return `/bookings/${booking}`
  if (!visit) return undefined
  if (notice.template === 'visit-called') return `/visits/${visit}/call`
  return `/visits/${visit}`
}

/** The same for who works here. */
export function deskOf(notice: Notice, role: Role | undefined): string | undefined {
  const { visit_id: visit, prescription_id: prescription } = notice.links
  if (prescription) return role === 'pharmacist' ? `/staff/review?rx=${prescription}` : '/staff/prescriptions'
  return visit && `/staff/visits/${visit}`
}

import type { zh } from './home'

export const en: Record<keyof typeof zh, string> = {
  title: 'Home',
  self: 'for myself',
  'for.family': 'For my family',
  'see.doctor': 'See a doctor',
  'see.doctor.text': 'Choose a doctor and a time',
  bookings: 'My bookings',
  'bookings.text': 'See bookings, enter the waiting room',
  'bookings.counts': '{today} today, {week} in the coming week',
  'bookings.none': 'Nothing booked for now',
  prescriptions: 'My prescriptions',
  records: 'My records',
  'records.text': 'Summaries and papers',
  'records.counts': '{n} {n#summary|summaries}',
  inbox: 'Messages',
  'inbox.unread': '{n} unread',
  me: 'My account and text size',
  'sos.signs': 'Chest pain, short of breath, slurred speech',
  'sos.do': ': do not wait for a doctor, call 120 at once.',
}

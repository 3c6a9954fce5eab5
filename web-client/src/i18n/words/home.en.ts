import type { zh } from './home'

export const en: Record<keyof typeof zh, string> = {
  title: 'Home',
  self: 'for myself',
  'for.family': 'For my family',
  'see.doctor': 'See a doctor',
  'see.doctor.text': 'Choose a doctor and a time',
  bookings: 'My bookings',
  'bookings.text': 'See bookings, enter the waiting room',
  records: 'My records',
  'records.text': 'Summaries, prescriptions and papers',
  'sos.signs': 'Chest pain, short of breath, slurred speech',
  'sos.do': ': do not wait for a doctor, call 120 at once.',
}

import type { zh } from './slip'

export const en: Record<keyof typeof zh, string> = {
  title: 'Booking slip',
  who: 'Name',
  when: 'Time',
  doctor: 'Doctor',
  department: 'Department',
  place: 'Place',
  phone: 'Phone',
  reference: 'Booking reference',
  number: 'No. {n}',
  qr: 'QR code of booking {reference}',
  'how.video':
    'This is a visit by video; there is no need to come. At the time, open Lianyi and press “Enter the waiting room”, or scan the code with a phone.',
  'how.clinic':
    'Without a phone, take this slip to the village or township clinic; somebody there will help.',
  'how.desk':
    'Check in at the hospital’s window between {from} and {until}: show this slip or say the reference.',
  'how.cancel': 'If you cannot come, please cancel early so that somebody else can have the place.',
  bring: 'Please bring your identity card, insurance card, earlier records and reports.',
  'bring.video': 'Please have your identity card, earlier records and reports at hand.',
  over: 'Cancelled: this slip is void',
}

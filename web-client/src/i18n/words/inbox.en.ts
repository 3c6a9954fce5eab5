import type { zh } from './inbox'

export const en: Record<keyof typeof zh, string> = {
  title: 'Messages',
  empty: 'No messages yet',
  'empty.text': 'Bookings, calls and finished summaries are told here.',
  'empty.staff': 'What concerns you is told here.',
  unread: 'Unread',
  'read.all': 'Mark all as read',
  open: 'Have a look',
}

import type { zh } from './staff'

export const en: Record<keyof typeof zh, string> = {
  'rail.worklist': 'Visits',
  'rail.patients': 'Patients',
  'rail.sessions': 'Sessions',
  'rail.planning': 'Planning',
  'rail.window': 'Window',
  'rail.arrivals': 'Check-in',
  'rail.contracted': 'Contracted',
  'rail.tomorrow': 'Day list',
  'rail.duplicates': 'Merge',
  'rail.people': 'People',
  'rail.openRates': 'Open rates',
  'rail.counts': 'Figures',
  'rail.review': 'Review',
  'rail.organisations': 'Sites',
  'rail.help': 'Help',
  'menu.elsewhere': 'Sign out everywhere',
  'menu.elsewhere.done': 'Signed out on all devices. Please sign in again',
  'home.title': 'Workspace',
  'home.hello': 'Hello {name}',
  'home.pick': 'Choose something on the left to begin',
}

/** English of quotas.ts. */
import type { zh } from './quotas'

export const en: Record<keyof typeof zh, string> = {
  legend: 'Colours of the quotas',
  online: 'Online',
  village: 'Village clinics',
  township: 'Township hospitals',
  county: 'County hospitals',
  family_doctor: 'Family doctors',
  window: 'Window',
  'online.short': 'Online',
  'village.short': 'Village',
  'township.short': 'Town',
  'county.short': 'County',
  'family_doctor.short': 'Family',
  'window.short': 'Window',
}

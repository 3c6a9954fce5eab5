/** What stands in the rail for each role. A page that a role may not open is not there; the server decides anyway. */
import { CalendarDays, ChartLine, Stethoscope, UserRoundCog, Users } from '@lucide/vue'
import type { Component } from 'vue'
import type { Role } from '@/features/identity/session'

interface Entry {
  to: string
  icon: Component
  word: 'rail.worklist' | 'rail.patients' | 'rail.sessions' | 'rail.people' | 'rail.counts'
  roles: readonly Role[]
}

const ENTRIES: readonly Entry[] = [
  { to: '/staff/worklist', icon: Stethoscope, word: 'rail.worklist', roles: ['doctor'] },
  { to: '/staff/patients', icon: Users, word: 'rail.patients', roles: ['clinic_worker'] },
  {
    to: '/staff/sessions',
    icon: CalendarDays,
    word: 'rail.sessions',
    roles: ['scheduler', 'administrator', 'doctor'],
  },
  { to: '/staff/people', icon: UserRoundCog, word: 'rail.people', roles: ['administrator'] },
  { to: '/staff/counts', icon: ChartLine, word: 'rail.counts', roles: ['regulator', 'administrator'] },
]

export function railOf(role: Role): readonly Entry[] {
  return ENTRIES.filter((entry) => entry.roles.includes(role))
}

/** Where a role's work begins. */
export function startOf(role: Role): string {
  return railOf(role)[0]?.to ?? '/staff'
}

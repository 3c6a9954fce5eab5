/** What stands in the rail for each role. A page that a role may not open is not there; the server decides anyway. */
import {
  Building2,
  CalendarCog,
  CalendarDays,
  ChartColumn,
  ChartLine,
  ClipboardCheck,
  ClipboardList,
  FileText,
  Handshake,
  Merge,
  MessagesSquare,
  Pill,
  Send,
  ScanLine,
  Stethoscope,
  Store,
  TicketCheck,
  TicketPlus,
  UserRoundCog,
  Users,
} from '@lucide/vue'
import type { Component } from 'vue'
import type { Role } from '@/features/identity/session'

interface Entry {
  to: string
  /** The entry stands for every address that begins so; without it for its own and those below. */
  area?: string
  icon: Component
  word:
    | 'rail.worklist'
    | 'rail.patients'
    | 'rail.review'
    | 'rail.prescriptions'
    | 'rail.requests'
    | 'rail.dispatch'
    | 'rail.consults'
    | 'rail.sessions'
    | 'rail.planning'
    | 'rail.window'
    | 'rail.arrivals'
    | 'rail.tomorrow'
    | 'rail.duplicates'
    | 'rail.contracted'
    | 'rail.counter'
    | 'rail.drugs'
    | 'rail.people'
    | 'rail.organisations'
    | 'rail.cooperation'
    | 'rail.openRates'
    | 'rail.counts'
    | 'rail.imaging'
  roles: readonly Role[]
}

const ENTRIES: readonly Entry[] = [
  { to: '/staff/worklist', icon: Stethoscope, word: 'rail.worklist', roles: ['doctor'] },
  { to: '/staff/prescriptions', icon: FileText, word: 'rail.prescriptions', roles: ['doctor'] },
  { to: '/staff/patients', icon: Users, word: 'rail.patients', roles: ['clinic_worker'] },
  {
    to: '/staff/requests',
    area: '/staff/requests',
    icon: Send,
    word: 'rail.requests',
    roles: ['clinic_worker', 'doctor'],
  },
  {
    to: '/staff/consults',
    area: '/staff/consults',
    icon: MessagesSquare,
    word: 'rail.consults',
    roles: ['doctor'],
  },
  {
    to: '/staff/sessions',
    icon: CalendarDays,
    word: 'rail.sessions',
    roles: ['scheduler', 'doctor'],
  },
  { to: '/staff/contracted', icon: TicketPlus, word: 'rail.contracted', roles: ['doctor'] },
  {
    to: '/staff/imaging',
    area: '/staff/imaging',
    icon: ScanLine,
    word: 'rail.imaging',
    roles: ['clinic_worker', 'doctor'],
  },
  { to: '/staff/window', icon: TicketPlus, word: 'rail.window', roles: ['scheduler'] },
  { to: '/staff/dispatch', icon: Send, word: 'rail.dispatch', roles: ['scheduler'] },
  { to: '/staff/arrivals', icon: TicketCheck, word: 'rail.arrivals', roles: ['scheduler'] },
  { to: '/staff/tomorrow', icon: ClipboardList, word: 'rail.tomorrow', roles: ['clinic_worker'] },
  {
    to: '/staff/planning/templates',
    area: '/staff/planning',
    icon: CalendarCog,
    word: 'rail.planning',
    roles: ['scheduler'],
  },
  { to: '/staff/review', icon: ClipboardCheck, word: 'rail.review', roles: ['pharmacist'] },
  { to: '/staff/counter', icon: Store, word: 'rail.counter', roles: ['pharmacist'] },
  { to: '/staff/people', icon: UserRoundCog, word: 'rail.people', roles: ['administrator'] },
  { to: '/staff/duplicates', icon: Merge, word: 'rail.duplicates', roles: ['administrator'] },
  { to: '/staff/organisations', icon: Building2, word: 'rail.organisations', roles: ['administrator'] },
  {
    to: '/staff/planning/cooperation',
    icon: Handshake,
    word: 'rail.cooperation',
    roles: ['administrator'],
  },
  {
    to: '/staff/imaging/devices',
    area: '/staff/imaging',
    icon: ScanLine,
    word: 'rail.imaging',
    roles: ['administrator'],
  },
  { to: '/staff/drugs', icon: Pill, word: 'rail.drugs', roles: ['pharmacist', 'administrator'] },
  { to: '/staff/counts', icon: ChartLine, word: 'rail.counts', roles: ['regulator', 'administrator'] },
  {
    to: '/staff/open-rates',
    icon: ChartColumn,
    word: 'rail.openRates',
    roles: ['scheduler', 'regulator', 'administrator'],
  },
]

export function railOf(role: Role): readonly Entry[] {
  return ENTRIES.filter((entry) => entry.roles.includes(role))
}

/** Where a role's work begins. */
export function startOf(role: Role): string {
  return railOf(role)[0]?.to ?? '/staff'
}

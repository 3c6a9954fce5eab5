/** One word, drawing and tone for each state of an order, across every page. */
import {
  Ban,
  CircleCheck,
  CircleDot,
  ClipboardList,
  FileCheck,
  FilePen,
  FileWarning,
  Hourglass,
  ImageUp,
  Undo2,
  UserRoundPen,
} from '@lucide/vue'
import type { Component } from 'vue'
import type { Order, Status } from './contract'

export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'brand' | 'idle'

export const STATES: Readonly<Record<Status, { tone: Tone; icon: Component }>> = {
  ordered: { tone: 'idle', icon: ClipboardList },
  acquired: { tone: 'info', icon: ImageUp },
  queued: { tone: 'info', icon: Hourglass },
  quality_rejected: { tone: 'bad', icon: FileWarning },
  claimed: { tone: 'brand', icon: UserRoundPen },
  preliminary: { tone: 'brand', icon: FilePen },
  final: { tone: 'ok', icon: FileCheck },
  returned: { tone: 'warn', icon: Undo2 },
  acknowledged: { tone: 'ok', icon: CircleCheck },
  amended: { tone: 'warn', icon: CircleDot },
  cancelled: { tone: 'idle', icon: Ban },
}

/** What the clinic does next comes first: critical values, what was returned to it, what it must repeat. */
export type Group = 'critical' | 'to_read' | 'to_repeat' | 'to_acquire' | 'with_reader' | 'done'
export const GROUPS: readonly Group[] = [
  'critical',
  'to_read',
  'to_repeat',
  'to_acquire',
  'with_reader',
  'done',
]

const OF_STATUS: Readonly<Record<Status, Group>> = {
  ordered: 'to_acquire',
  acquired: 'with_reader',
  queued: 'with_reader',
  quality_rejected: 'to_repeat',
  claimed: 'with_reader',
  preliminary: 'with_reader',
  final: 'to_read',
  returned: 'to_read',
  acknowledged: 'done',
  amended: 'to_read',
  cancelled: 'done',
}

const OPEN: ReadonlySet<string> = new Set(['open', 'called_back'])
export const isOpen = (state: string): boolean => OPEN.has(state)
export const isCritical = (order: Pick<Order, 'critical'>): boolean => isOpen(order.critical.state)

export function groupOf(order: Pick<Order, 'critical' | 'status'>): Group {
  return isCritical(order) ? 'critical' : OF_STATUS[order.status]
}

/** The orders by what is to be done, in that order; empty groups are left out. */
export function grouped<O extends Pick<Order, 'critical' | 'status'>>(
  orders: readonly O[],
): { group: Group; orders: O[] }[] {
  return GROUPS.map((group) => ({ group, orders: orders.filter((one) => groupOf(one) === group) })).filter(
    (one) => one.orders.length > 0,
  )
}

/** What only who reads an examination may try: for them the page is the reading room. */
const READING: ReadonlySet<string> = new Set([
  'claim',
  'claim_review',
  'renew_claim',
  'release',
  'reject_quality',
  'sign_preliminary',
  'send_back',
  'finalise',
  'amend',
  'critical_call_back',
  'critical_open',
])
export const readsHere = (may: readonly string[]): boolean => may.some((verb) => READING.has(verb))

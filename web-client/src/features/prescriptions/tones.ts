/** How a level of a finding and a state of a prescription look: tint and icon beside the word. */
import {
  Ban,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleSlash,
  Clock,
  FileX,
  Info,
  Lock,
  PackageCheck,
  PenLine,
  TriangleAlert,
  Truck,
  Undo2,
} from '@lucide/vue'
import type { Component } from 'vue'
import type { LineState } from './findings'

export interface Tone {
  tone: 'ok' | 'warn' | 'bad' | 'info' | 'brand' | 'idle'
  icon: Component
}

export const LEVEL_TONES: Readonly<Record<LineState, Tone>> = {
  stop: { tone: 'bad', icon: Ban },
  failed: { tone: 'bad', icon: CircleAlert },
  confirm: { tone: 'warn', icon: PenLine },
  warning: { tone: 'warn', icon: TriangleAlert },
  information: { tone: 'info', icon: Info },
  not_covered: { tone: 'idle', icon: CircleDashed },
  unchecked: { tone: 'idle', icon: Clock },
  clear: { tone: 'ok', icon: CircleCheck },
}

const STATE_TONES: Readonly<Record<string, Tone>> = {
  draft: { tone: 'idle', icon: PenLine },
  checked: { tone: 'idle', icon: PenLine },
  in_review: { tone: 'brand', icon: Clock },
  claimed: { tone: 'brand', icon: Lock },
  returned: { tone: 'warn', icon: Undo2 },
  rejected: { tone: 'bad', icon: Ban },
  withdrawn: { tone: 'idle', icon: FileX },
  valid: { tone: 'ok', icon: CircleCheck },
  locked: { tone: 'brand', icon: Lock },
  partial: { tone: 'warn', icon: PackageCheck },
  dispensed: { tone: 'ok', icon: PackageCheck },
  handed_over: { tone: 'ok', icon: PackageCheck },
  in_delivery: { tone: 'brand', icon: Truck },
  delivered: { tone: 'ok', icon: PackageCheck },
  return_requested: { tone: 'warn', icon: Undo2 },
  returned_quality: { tone: 'idle', icon: Undo2 },
  expired: { tone: 'idle', icon: CircleSlash },
  voided: { tone: 'idle', icon: FileX },
}

export function toneOfState(state: string): Tone {
  return STATE_TONES[state] ?? { tone: 'idle', icon: Clock }
}

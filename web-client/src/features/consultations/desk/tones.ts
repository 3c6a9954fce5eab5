/** How a state of a visit looks on the doctor's side: tint and icon beside its word. */
import {
  BellRing,
  CalendarX2,
  CircleCheck,
  CircleSlash,
  ClipboardList,
  Clock,
  Hospital,
  PenLine,
  PhoneOff,
  Video,
  WifiOff,
} from '@lucide/vue'
import type { Component } from 'vue'

export interface Tone {
  tone: 'ok' | 'warn' | 'bad' | 'info' | 'brand' | 'idle'
  icon: Component
}

const TONES: Readonly<Record<string, Tone>> = {
  called: { tone: 'brand', icon: BellRing },
  eligibility: { tone: 'brand', icon: CircleCheck },
  in_video: { tone: 'brand', icon: Video },
  queued: { tone: 'ok', icon: CircleCheck },
  not_present: { tone: 'warn', icon: Clock },
  offline: { tone: 'warn', icon: WifiOff },
  booked: { tone: 'idle', icon: Clock },
  pre_check: { tone: 'idle', icon: ClipboardList },
  documenting: { tone: 'warn', icon: PenLine },
  ended_technical: { tone: 'warn', icon: PhoneOff },
  signed: { tone: 'ok', icon: CircleCheck },
  closed: { tone: 'ok', icon: CircleCheck },
  refused_first_visit: { tone: 'bad', icon: Hospital },
  terminated_to_offline: { tone: 'bad', icon: Hospital },
  no_show: { tone: 'idle', icon: CircleSlash },
  cancelled: { tone: 'idle', icon: CalendarX2 },
}

export function toneOf(state: string): Tone {
  return TONES[state] ?? { tone: 'idle', icon: Clock }
}

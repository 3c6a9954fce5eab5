/**
 * What travels over `/rt/`, as signaling/messages.py publishes it: the part that the pages use.
 */
import type { ProblemBody } from '@/api/problem'

export interface Publishes {
  audio: boolean
  video: boolean
}

export interface Person {
  seat: string
  name: string
  role: string
  kind: string
  publishes: Publishes
  present: boolean
  media: boolean
}

export interface ChatLine {
  id: string
  seq: number
  at: string
  seat: string
  name: string
  client_id: string
  text: string | null
  attachment_id: string | null
}

export interface StateValue {
  value: unknown
  seq: number
  by: string
}

export interface Recording {
  on: boolean
  since: string | null
}

export interface IceServer {
  urls: string[]
  username?: string | null
  credential?: string | null
}

export type SecondSource = 'screen' | 'camera'

/** What somebody shows beside their own picture: whose, under which name it stands in the lanes, of what. */
export interface SecondPicture {
  by: string
  seat: string
  source: SecondSource
}

export interface Snapshot {
  room: string
  capacity: number
  people: Person[]
  lanes: Record<string, number>
  state: Record<string, StateValue>
  chat: ChatLine[]
  seq: number
  recording: Recording
  media_stopped: string | null
  recording_consent_needed: boolean
  second: SecondPicture | null
  /** The seat that presents; null: everybody with `share` sets shared values. */
  presenter: string | null
  /** The seat that chairs since the chair was handed over; null: as the tickets say. */
  moderator: string | null
}

export interface Joined extends Snapshot {
  seat: string
  seat_token: string
  grants: string[]
  ice_servers: IceServer[]
}

export type RoomEvent = { seq: number } & (
  | { kind: 'joined' | 'back'; person: Person }
  | { kind: 'left'; seat: string; reason: string }
  | { kind: 'away'; seat: string; media: boolean }
  | { kind: 'publishing'; seat: string; audio: boolean; video: boolean }
  | { kind: 'lane'; seat: string; lanes: Record<string, number> }
  | { kind: 'media'; seat: string; connected: boolean }
  | { kind: 'state'; key: string; value: unknown; by: string; state_seq: number }
  | ({ kind: 'chat' } & Omit<ChatLine, 'seq'>)
  | { kind: 'recording'; on: boolean; since: string | null }
  | { kind: 'media_stopped'; reason: string }
  | { kind: 'presenter'; seat: string | null }
  | { kind: 'moderator'; seat: string }
  | { kind: 'second'; second: SecondPicture | null }
  | { kind: 'closed'; reason: string }
  | { kind: 'taken_over' }
)

export interface Answer {
  sdp: string
  leg: number
  lanes: Record<string, number>
}

export interface QualityReport {
  leg: number
  rtt_ms?: number
  jitter_ms?: number
  loss_up?: number
  loss_down?: number
  kbps_up?: number
  kbps_down?: number
  freezes_ms?: number
  step?: string
}

/** Event -> what is sent and what comes back in its acknowledgement. */
export interface FromClient {
  'session:renew': [{ token: string }, { check_s: number }]
  'room:join': [{ ticket?: string; seat_token?: string; last_seq?: number }, Joined]
  'room:leave': [Record<string, never>, object]
  'room:resync': [{ last_seq: number }, { seq: number; events: RoomEvent[]; snapshot?: Snapshot | null }]
  'room:remove': [{ seat: string }, object]
  'room:hand_over': [{ seat: string }, object]
  'share:take': [Record<string, never>, object]
  'share:give': [{ seat: string | null }, object]
  'second:show': [{ source: SecondSource }, object]
  'second:hide': [Record<string, never>, object]
  'media:offer': [{ sdp: string; leg: number; publishes?: Publishes; second?: boolean }, Answer]
  'media:connected': [{ leg: number }, object]
  'media:publishing': [Publishes, object]
  'state:set': [{ key: string; value: unknown; seq: number }, { seq: number }]
  'chat:send': [
    { client_id: string; text?: string; attachment_id?: string },
    { id: string; seq: number; at: string },
  ]
  'topic:watch': [{ topic: string }, object]
  'topic:unwatch': [{ topic: string }, object]
  'quality:report': [QualityReport, object]
}

export interface FromServer {
  'room:event': RoomEvent
  changed: { topic: string; id: string | null }
  'session:revoked': object
  'media:renew': { reason: 'node-lost' | 'consent-given' | 'media-allowed' }
}

export type Ack<T> = ({ ok: true } & T) | { ok: false; problem: ProblemBody }

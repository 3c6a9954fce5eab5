/** What the server says about meetings and opinions, under the names that pages use. */
import type { Named } from '../remote/contract'

export type Kind = 'requester' | 'patient' | 'expert' | 'lead' | 'observer' | 'interpreter' | 'helper'
export type Where = 'invited' | 'knocking' | 'admitted' | 'in' | 'away' | 'left' | 'removed'

export interface Attendee {
  /** Of the invitation, or of the person. */
  id: string
  person_id: string | null
  name: string
  kind: Kind
  organisation: string
  state: Where
  agreed: boolean
  second_browser_at: string | null
}
export interface Meeting {
  id: string
  request_id: string
  state: 'planned' | 'open' | 'ended'
  /** What the asker is in it. */
  kind: Kind
  starts_at: string
  opened_at: string | null
  ended_at: string | null
  ended_for: string | null
  chair: Named | null
  people: Attendee[]
  recording: { on: boolean; agreed: string[] }
  may: string[]
}
export interface Pass {
  room: string
  ticket: string
  kind: Kind
  capacity: number
  video: boolean
}
export interface Figure {
  study_id: string
  instance_uid: string
  frame: number
  attachment: string
}

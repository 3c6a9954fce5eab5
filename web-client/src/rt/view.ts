/**
 * A room as this page knows it, and how each numbered event changes it. Pure: no socket, no media.
 */
import type {
  ChatLine,
  Joined,
  Person,
  Recording,
  RoomEvent,
  SecondPicture,
  Snapshot,
  StateValue,
} from './messages'

export interface PendingLine {
  clientId: string
  text: string | null
  attachmentId: string | null
  state: 'sending' | 'failed'
}

export interface RoomView {
  room: string
  seat: string
  /** One more than the lanes of this page. */
  capacity: number
  grants: readonly string[]
  people: readonly Person[]
  /** Seat of somebody else -> the receive lane in which this page sees them. */
  lanes: Readonly<Record<string, number>>
  state: Readonly<Record<string, StateValue>>
  chat: readonly ChatLine[]
  pending: readonly PendingLine[]
  recording: Recording
  mediaStopped: string | null
  consentNeeded: boolean
  /** Whose seat presents; null: nobody, and everybody with the grant `share` sets shared values. */
  presenter: string | null
  /** Whose seat chairs since the chair was handed over; null: whoever's ticket said so. */
  moderator: string | null
  /** What somebody shows beside their own picture; one at a time in a room. */
  second: SecondPicture | null
  closed: string | null
  takenOver: boolean
  seq: number
  /** How often this page came in: a room that was made anew knows nothing of what this page shows. */
  entries: number
}

const CHAIR = 'moderate'

/** The key of a shared value that belongs to one seat, whoever presents: its cursor, say. */
export function ownKey(seat: string, name: string): string {
  return `s.${seat}/${name}`
}

/** What may be done here now: the grants of the ticket, the chair going where it was handed to. */
function granted(grants: readonly string[], chairs: boolean): readonly string[] {
  const others = grants.filter((grant) => grant !== CHAIR)
  return chairs ? [...others, CHAIR] : others
}

function renewedGrants(snapshot: Snapshot, before?: RoomView): readonly string[] {
  const grants = before?.grants ?? []
  return snapshot.moderator === null ? grants : granted(grants, snapshot.moderator === before?.seat)
}

function withoutSeat(state: RoomView['state'], seat: string): RoomView['state'] {
  const own = ownKey(seat, '')
  return Object.fromEntries(Object.entries(state).filter(([key]) => !key.startsWith(own)))
}

/** Whether this page may change what everybody sees now. */
export function leads(view: RoomView): boolean {
  return view.grants.includes('share') && (view.presenter === null || view.presenter === view.seat)
}

export function enter(joined: Joined, before?: RoomView): RoomView {
  return {
    ...renewed(joined, before),
    seat: joined.seat,
    grants: joined.grants,
    entries: (before?.entries ?? 0) + 1,
  }
}

/** The room after a snapshot; chat that the snapshot does not repeat is kept. */
export function renewed(snapshot: Snapshot, before?: RoomView): RoomView {
  return {
    room: snapshot.room,
    seat: before?.seat ?? '',
    capacity: snapshot.capacity,
    grants: renewedGrants(snapshot, before),
    people: snapshot.people,
    lanes: snapshot.lanes,
    state: snapshot.state,
    chat: merged(before?.chat ?? [], snapshot.chat),
    pending: withoutKept(before?.pending ?? [], snapshot.chat),
    recording: snapshot.recording,
    mediaStopped: snapshot.media_stopped,
    consentNeeded: snapshot.recording_consent_needed,
    presenter: snapshot.presenter,
    moderator: snapshot.moderator,
    second: snapshot.second,
    closed: null,
    takenOver: false,
    seq: snapshot.seq,
    entries: before?.entries ?? 0,
  }
}

function merged(lines: readonly ChatLine[], more: readonly ChatLine[]): ChatLine[] {
  const known = new Set(lines.map((line) => line.id))
  return [...lines, ...more.filter((line) => !known.has(line.id))].sort((a, b) => a.seq - b.seq)
}

function withoutKept(pending: readonly PendingLine[], kept: readonly ChatLine[]): PendingLine[] {
  const arrived = new Set(kept.map((line) => line.client_id))
  return pending.filter((line) => !arrived.has(line.clientId))
}

function people(view: RoomView, seat: string, change: (person: Person) => Person): readonly Person[] {
  return view.people.map((person) => (person.seat === seat ? change(person) : person))
}

/** The room after one event; an event seen before changes nothing. */
export function apply(view: RoomView, event: RoomEvent): RoomView {
  if (event.kind === 'taken_over') return { ...view, takenOver: true }
  if (event.seq <= view.seq) return view
  return { ...changed(view, event), seq: event.seq }
}

function changed(view: RoomView, event: RoomEvent): RoomView {
  switch (event.kind) {
    case 'joined':
    case 'back':
      return {
        ...view,
        people: [...view.people.filter((one) => one.seat !== event.person.seat), event.person],
      }
    case 'left':
      return {
        ...view,
        people: view.people.filter((one) => one.seat !== event.seat),
        state: withoutSeat(view.state, event.seat),
      }
    case 'away':
      return {
        ...view,
        people: people(view, event.seat, (one) => ({ ...one, present: false, media: event.media })),
      }
    case 'media':
      return { ...view, people: people(view, event.seat, (one) => ({ ...one, media: event.connected })) }
    case 'publishing': {
      const publishes = { audio: event.audio, video: event.video }
      return { ...view, people: people(view, event.seat, (one) => ({ ...one, publishes })) }
    }
    case 'lane':
      return event.seat === view.seat ? { ...view, lanes: event.lanes } : view
    case 'state': {
      const value = { value: event.value, seq: event.state_seq, by: event.by }
      return { ...view, state: { ...view.state, [event.key]: value } }
    }
    case 'chat': {
      const { kind: _, ...line } = event
      return { ...view, chat: merged(view.chat, [line]), pending: withoutKept(view.pending, [line]) }
    }
    case 'recording':
      return { ...view, recording: { on: event.on, since: event.since } }
    case 'media_stopped':
      return { ...view, mediaStopped: event.reason, recording: { on: false, since: null } }
    case 'presenter':
      return { ...view, presenter: event.seat }
    case 'moderator':
      return {
        ...view,
        moderator: event.seat,
        grants: granted(view.grants, event.seat === view.seat),
      }
    case 'second':
      return { ...view, second: event.second }
    case 'closed':
      return { ...view, closed: event.reason, recording: { on: false, since: null } }
    case 'taken_over':
      return { ...view, takenOver: true }
  }
}

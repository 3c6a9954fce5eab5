/**
 * Where a call stands, as one explicit state and the events that move it. Pure and told the time, so that every road
 * through it can be tested. Losing the signalling is not losing the call: only media and the room's own words move it.
 */

export type EndReason =
  'left' | 'closed' | 'taken-over' | 'removed' | 'signed-out' | 'refused' | 'media-failed'

export type CallState =
  | { at: 'idle' }
  | { at: 'checking' }
  | { at: 'waiting' }
  | { at: 'connecting'; since: number }
  | { at: 'live'; since: number }
  | { at: 'weak'; since: number }
  /** `chosen`: by the person; otherwise the ladder did it. */
  | { at: 'audioOnly'; since: number; chosen: boolean }
  /** In the room without media: not everybody has consented yet, or video was stopped. Writing goes on. */
  | { at: 'chatOnly'; since: number }
  | { at: 'reconnecting'; since: number; tries: number }
  | { at: 'ended'; since: number; reason: EndReason }

export type Quality = 'good' | 'weak' | 'audio'

export type CallEvent =
  | { type: 'check' }
  | { type: 'checked' }
  | { type: 'enter' }
  | { type: 'mediaUp'; quality: Quality; chosen?: boolean }
  | { type: 'quality'; quality: Quality; chosen?: boolean }
  | { type: 'mediaDown' }
  | { type: 'retry' }
  | { type: 'mediaOff' }
  | { type: 'mediaOn' }
  | { type: 'end'; reason: EndReason }

export const START: CallState = { at: 'idle' }

/** In the room with media, whatever its quality. */
export function inCall(state: CallState): boolean {
  return state.at === 'live' || state.at === 'weak' || state.at === 'audioOnly'
}

function flowing(quality: Quality, chosen: boolean, since: number): CallState {
  if (quality === 'good') return { at: 'live', since }
  if (quality === 'weak') return { at: 'weak', since }
  return { at: 'audioOnly', since, chosen }
}

/** The state after an event. An event that means nothing where the call stands changes nothing. */
export function next(state: CallState, event: CallEvent, now: number): CallState {
  if (state.at === 'ended') return event.type === 'enter' ? { at: 'connecting', since: now } : state
  switch (event.type) {
    case 'end':
      return { at: 'ended', since: now, reason: event.reason }
    case 'check':
      return state.at === 'idle' || state.at === 'waiting' ? { at: 'checking' } : state
    case 'checked':
      return state.at === 'checking' || state.at === 'idle' ? { at: 'waiting' } : state
    case 'enter':
      return state.at === 'idle' || state.at === 'checking' || state.at === 'waiting'
        ? { at: 'connecting', since: now }
        : state
    case 'mediaUp':
      return state.at === 'connecting' || state.at === 'reconnecting'
        ? flowing(event.quality, event.chosen ?? false, now)
        : state
    case 'quality':
      return inCall(state) ? same(state, flowing(event.quality, event.chosen ?? false, now)) : state
    case 'mediaDown':
      return inCall(state) ? { at: 'reconnecting', since: now, tries: 0 } : state
    case 'mediaOff':
      return inCall(state) || state.at === 'connecting' || state.at === 'reconnecting'
        ? { at: 'chatOnly', since: now }
        : state
    case 'mediaOn':
      return state.at === 'chatOnly' ? { at: 'connecting', since: now } : state
    case 'retry':
      return state.at === 'reconnecting' ? { ...state, tries: state.tries + 1 } : state
  }
}

function same(before: CallState, after: CallState): CallState {
  if (before.at !== after.at) return after
  if (before.at === 'audioOnly' && after.at === 'audioOnly' && before.chosen !== after.chosen) return after
  return before
}

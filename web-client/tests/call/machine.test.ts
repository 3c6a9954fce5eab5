import { describe, expect, test } from 'vitest'
import { next, START, type CallEvent, type CallState } from '@/call/machine'

function after(events: CallEvent[], from: CallState = START): CallState {
  return events.reduce((state, event, i) => next(state, event, i + 1), from)
}

describe('a call', () => {
  test('goes from the check through waiting and connecting to live', () => {
    expect(after([{ type: 'check' }])).toEqual({ at: 'checking' })
    expect(after([{ type: 'check' }, { type: 'checked' }])).toEqual({ at: 'waiting' })
    const live = after([
      { type: 'check' },
      { type: 'checked' },
      { type: 'enter' },
      { type: 'mediaUp', quality: 'good' },
    ])
    expect(live).toEqual({ at: 'live', since: 4 })
  })

  test('may be entered without a check', () => {
    expect(after([{ type: 'enter' }])).toEqual({ at: 'connecting', since: 1 })
  })

  test('follows the quality of the line down and up', () => {
    const live = after([{ type: 'enter' }, { type: 'mediaUp', quality: 'good' }])
    const weak = next(live, { type: 'quality', quality: 'weak' }, 10)
    const audio = next(weak, { type: 'quality', quality: 'audio', chosen: false }, 20)
    expect(weak.at).toBe('weak')
    expect(audio).toEqual({ at: 'audioOnly', since: 20, chosen: false })
    expect(next(audio, { type: 'quality', quality: 'good' }, 30)).toEqual({ at: 'live', since: 30 })
  })

  test('keeps since when when the quality is told again', () => {
    const live = after([{ type: 'enter' }, { type: 'mediaUp', quality: 'good' }])
    expect(next(live, { type: 'quality', quality: 'good' }, 99)).toBe(live)
  })

  test('reconnects after a loss of media, counts tries, and is live again', () => {
    const lost = after([
      { type: 'enter' },
      { type: 'mediaUp', quality: 'good' },
      { type: 'mediaDown' },
      { type: 'retry' },
    ])
    expect(lost).toEqual({ at: 'reconnecting', since: 3, tries: 1 })
    expect(next(lost, { type: 'mediaUp', quality: 'weak' }, 9)).toEqual({ at: 'weak', since: 9 })
  })

  test('goes on in writing when media may not flow, and back when it may', () => {
    const chat = after([{ type: 'enter' }, { type: 'mediaOff' }])
    expect(chat.at).toBe('chatOnly')
    expect(next(chat, { type: 'mediaUp', quality: 'good' }, 5)).toBe(chat)
    expect(next(chat, { type: 'mediaOn' }, 6)).toEqual({ at: 'connecting', since: 6 })
  })

  test('once ended hears nothing but a new entering', () => {
    const ended = after([{ type: 'enter' }, { type: 'end', reason: 'closed' }])
    expect(next(ended, { type: 'mediaUp', quality: 'good' }, 9)).toBe(ended)
    expect(next(ended, { type: 'end', reason: 'left' }, 9)).toBe(ended)
    expect(next(ended, { type: 'enter' }, 9)).toEqual({ at: 'connecting', since: 9 })
  })
})

import { describe, expect, it } from 'vitest'
import {
  callAgainIn,
  currentSession,
  firstOf,
  lineOf,
  minutesSince,
  noteIsOpen,
  stageOf,
  type Reception,
  type Session,
  type WorkItem,
  type Worklist,
} from '@/features/consultations/desk/desk'

const NOON = Date.parse('2026-11-23T12:00:00+08:00')
const session = (id: string, from: string, to: string, status = 'published') =>
  ({
    id,
    status,
    starts_at: `2026-11-23T${from}:00+08:00`,
    ends_at: `2026-11-23T${to}:00+08:00`,
    slots: [],
  }) as unknown as Session
const door = (session_id: string, state: string) => ({ session_id, state }) as Reception
const item = (id: string) => ({ id }) as WorkItem
const list = (groups: Partial<Worklist>): Worklist =>
  ({
    inside: [],
    waiting: [],
    not_arrived: [],
    unsigned: [],
    done: [],
    receptions: [],
    ...groups,
  }) as unknown as Worklist

describe("the doctor's day", () => {
  const morning = session('morning', '08:00', '11:30')
  const afternoon = session('afternoon', '14:00', '17:00')

  it('is about the session whose door is open, whatever the hour', () => {
    expect(currentSession([morning, afternoon], [door('morning', 'paused')], NOON)).toBe(morning)
  })
  it('is else about the next session, and after the last one about that', () => {
    expect(currentSession([morning, afternoon], [], NOON)).toBe(afternoon)
    expect(currentSession([morning, afternoon], [], NOON + 8 * 3_600_000)).toBe(afternoon)
  })
  it('never offers a session that was stopped', () => {
    const stopped = session('afternoon', '14:00', '17:00', 'stopped')
    expect(currentSession([morning, stopped], [], NOON)).toBe(morning)
    expect(currentSession([stopped], [], NOON)).toBeUndefined()
  })
  it('shows who is inside before who waits before whose note is unsigned', () => {
    expect(firstOf(list({ waiting: [item('w')], unsigned: [item('u')], inside: [item('i')] }))?.id).toBe('i')
    expect(firstOf(list({ waiting: [item('w')], unsigned: [item('u')] }))?.id).toBe('w')
    expect(firstOf(list({}))).toBeUndefined()
  })
  it('finds a patient in whatever group', () => {
    expect(lineOf(list({ done: [item('d')] }), 'd')?.id).toBe('d')
    expect(lineOf(list({ done: [item('d')] }), 'x')).toBeUndefined()
  })
})

describe('calling', () => {
  it('counts the seconds until the next call, and is free at once before the first', () => {
    expect(callAgainIn(null, NOON)).toBe(0)
    expect(callAgainIn(new Date(NOON - 10_000).toISOString(), NOON)).toBe(50)
    expect(callAgainIn(new Date(NOON - 60_000).toISOString(), NOON)).toBe(0)
  })
  it('tells whole minutes of waiting, never less than none', () => {
    expect(minutesSince(new Date(NOON - 119_000).toISOString(), NOON)).toBe(1)
    expect(minutesSince(new Date(NOON + 5_000).toISOString(), NOON)).toBe(0)
  })
})

describe('the stages of a visit', () => {
  it('has a place on the desk for every status of the server', () => {
    expect(['booked', 'queued', 'eligibility', 'in_video', 'ended_technical', 'closed'].map(stageOf)).toEqual(
      ['before', 'waiting', 'called', 'room', 'writing', 'over'],
    )
  })
  it('opens the note from waiting on until the signature', () => {
    const visit = { status: 'queued', signed_at: null, started_at: null }
    expect(noteIsOpen(visit)).toBe(true)
    expect(noteIsOpen({ ...visit, status: 'booked' })).toBe(false)
    expect(noteIsOpen({ ...visit, signed_at: '2026-11-23T04:00:00Z' })).toBe(false)
  })
  it('keeps the note open after an end towards offline care only when they had spoken', () => {
    const visit = { status: 'terminated_to_offline', signed_at: null, started_at: null }
    expect(noteIsOpen(visit)).toBe(false)
    expect(noteIsOpen({ ...visit, started_at: '2026-11-23T04:00:00Z' })).toBe(true)
  })
})

import { beforeEach, describe, expect, test } from 'vitest'
import { Room } from '@/rt/room'
import { leads, ownKey, type RoomView } from '@/rt/view'
import { FakeClock, FakeLine, joined, person, settle } from '../fakes'

describe('presenting in a room', () => {
  let line: FakeLine
  let clock: FakeClock
  let view: RoomView | undefined
  let room: Room

  beforeEach(async () => {
    line = new FakeLine()
    clock = new FakeClock()
    line.replies['room:join'] = () => joined({ people: [person('me'), person('doctor')] })
    room = new Room(
      line,
      {
        changed: (next) => (view = next),
        lost: () => undefined,
        renewMedia: () => undefined,
        ticket: () => Promise.resolve('ticket-2'),
      },
      clock,
    )
    await room.join('ticket-1')
  })

  test('everybody with the grant leads until somebody presents', async () => {
    expect(room.presenter).toBeNull()
    expect(view && leads(view)).toBe(true)
    line.push('room:event', { seq: 101, kind: 'presenter', seat: 'doctor' })
    expect(room.presenter).toBe('doctor')
    expect(view && leads(view)).toBe(false)
    await room.present()
    expect(line.sentAs('share:take')).toEqual([{}])
    line.push('room:event', { seq: 102, kind: 'presenter', seat: 'me' })
    expect(view && leads(view)).toBe(true)
  })

  test('who only watches never leads', async () => {
    line.replies['room:join'] = () => joined({ grants: ['subscribe'] })
    await room.join('ticket-1')
    expect(view && leads(view)).toBe(false)
  })

  test('the presenter gives it to another seat, or lays it down', async () => {
    await room.letPresent('doctor')
    await room.letPresent(null)
    expect(line.sentAs('share:give')).toEqual([{ seat: 'doctor' }, { seat: null }])
  })

  test("a seat's own values go with it", () => {
    const cursor = { x: 1, y: 2 }
    const own = { kind: 'state', value: cursor, state_seq: 1 } as const
    line.push('room:event', { seq: 101, ...own, key: ownKey('doctor', 'cursor'), by: 'doctor' })
    line.push('room:event', { seq: 102, ...own, key: 'view/0', by: 'doctor' })
    expect(Object.keys(view?.state ?? {})).toEqual(['s.doctor/cursor', 'view/0'])
    line.push('room:event', { seq: 103, kind: 'left', seat: 'doctor', reason: 'left' })
    expect(Object.keys(view?.state ?? {})).toEqual(['view/0'])
  })

  test('a cursor is written under the own seat', async () => {
    room.setOwn('cursor', { x: 3, y: 4 })
    await settle()
    expect(line.sentAs('state:set')).toEqual([{ key: 's.me/cursor', value: { x: 3, y: 4 }, seq: 1 }])
  })

  test('the chair goes where it was handed to', async () => {
    line.replies['room:join'] = () => joined({ grants: ['moderate', 'share'] })
    await room.join('ticket-1')
    await room.handOver('doctor')
    expect(line.sentAs('room:hand_over')).toEqual([{ seat: 'doctor' }])
    line.push('room:event', { seq: 101, kind: 'moderator', seat: 'doctor' })
    expect(view?.moderator).toBe('doctor')
    expect(view?.grants).toEqual(['share'])
    line.push('room:event', { seq: 102, kind: 'moderator', seat: 'me' })
    expect(view?.grants).toEqual(['share', 'moderate'])
  })

  test('a snapshot tells who presents and who chairs', async () => {
    line.replies['room:join'] = () => joined({ grants: ['moderate', 'share'] })
    await room.join('ticket-1')
    const snapshot = joined({ seq: 900, presenter: 'doctor', moderator: 'doctor' })
    line.replies['room:resync'] = () => ({ seq: 900, events: [], snapshot })
    line.push('room:event', { seq: 900, kind: 'recording', on: true, since: null })
    await settle()
    expect(view?.presenter).toBe('doctor')
    expect(view?.grants).toEqual(['share'])
  })
})

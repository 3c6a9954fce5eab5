import { beforeEach, describe, expect, test } from 'vitest'
import { Problem } from '@/api/problem'
import { Room } from '@/rt/room'
import type { RoomView } from '@/rt/view'
import { FakeClock, FakeLine, joined, person, settle } from '../fakes'

describe('a room', () => {
  let line: FakeLine
  let clock: FakeClock
  let view: RoomView | undefined
  let lost: Problem[]
  let room: Room

  beforeEach(async () => {
    line = new FakeLine()
    clock = new FakeClock()
    lost = []
    line.replies['room:join'] = () => joined()
    room = new Room(
      line,
      {
        changed: (next) => (view = next),
        lost: (problem) => lost.push(problem),
        renewMedia: () => undefined,
        ticket: () => Promise.resolve('ticket-2'),
      },
      clock,
    )
    await room.join('ticket-1')
  })

  test('is entered with a ticket', () => {
    expect(line.sentAs('room:join')).toEqual([{ ticket: 'ticket-1' }])
    expect(view?.people.map((one) => one.seat)).toEqual(['me', 'doctor'])
  })

  test('is entered again with the seat token and the last number after a loss', async () => {
    line.push('room:event', { seq: 101, kind: 'left', seat: 'doctor', reason: 'left' })
    line.become('lost')
    line.become('on')
    await settle()
    expect(line.sentAs('room:join').at(-1)).toEqual({ seat_token: 'seat-token-1', last_seq: 101 })
  })

  test('takes a fresh ticket when the seat token is not taken any more', async () => {
    line.replies['room:join'] = (payload: { ticket?: string }) => {
      if (!payload.ticket) throw new Problem({ code: 'ticket-not-valid', status: 403 })
      return joined({ seat_token: 'seat-token-2' })
    }
    line.become('lost')
    line.become('on')
    await settle()
    expect(line.sentAs('room:join').at(-1)).toEqual({ ticket: 'ticket-2' })
    expect(lost).toEqual([])
  })

  test('is lost when it was closed meanwhile', async () => {
    line.replies['room:join'] = () => {
      throw new Problem({ code: 'room-closed', status: 410 })
    }
    line.become('lost')
    line.become('on')
    await settle()
    expect(lost.map((one) => one.code)).toEqual(['room-closed'])
  })

  test('asks for what it missed when a number is skipped', async () => {
    line.replies['room:resync'] = () => ({
      seq: 103,
      events: [
        { seq: 101, kind: 'joined', person: person('helper') },
        { seq: 102, kind: 'recording', on: true, since: '2026-11-23T06:30:00Z' },
        { seq: 103, kind: 'away', seat: 'doctor', media: false },
      ],
    })
    line.push('room:event', { seq: 103, kind: 'away', seat: 'doctor', media: false })
    await settle()
    expect(line.sentAs('room:resync')).toEqual([{ last_seq: 100 }])
    expect(view?.people.map((one) => one.seat)).toContain('helper')
    expect(view?.recording.on).toBe(true)
    expect(view?.seq).toBe(103)
  })

  test('asks once more for what came while it was asking', async () => {
    const answers = [
      { seq: 103, events: [] },
      { seq: 105, events: [{ seq: 105, kind: 'recording', on: true, since: null }] },
    ]
    line.replies['room:resync'] = () => answers.shift()
    line.push('room:event', { seq: 103, kind: 'media', seat: 'doctor', connected: true })
    line.push('room:event', { seq: 105, kind: 'recording', on: true, since: null })
    await settle()
    expect(line.sentAs('room:resync')).toEqual([{ last_seq: 100 }, { last_seq: 103 }])
    expect(view?.recording.on).toBe(true)
  })

  test('shows a line at once, and once when the room tells it back', async () => {
    line.replies['chat:send'] = () => ({ id: 'line-1', seq: 101, at: '2026-11-23T06:30:00Z' })
    const saying = room.say('您好')
    expect(view?.pending.map((one) => one.state)).toEqual(['sending'])
    const clientId = view?.pending[0]?.clientId ?? ''
    const said = {
      id: 'line-1',
      at: '2026-11-23T06:30:00Z',
      seat: 'me',
      name: '张建国',
      client_id: clientId,
      text: '您好',
      attachment_id: null,
    }
    line.push('room:event', { seq: 101, kind: 'chat', ...said })
    await saying
    expect(view?.pending).toEqual([])
    expect(view?.chat.map((one) => one.text)).toEqual(['您好'])
  })

  test('keeps a line that could not be sent and sends it under the same id after coming back', async () => {
    line.become('lost')
    await room.say('听得到吗')
    expect(view?.pending.map((one) => one.state)).toEqual(['failed'])
    line.become('on')
    await settle()
    expect(line.sentAs('chat:send')).toEqual([{ client_id: view?.pending[0]?.clientId, text: '听得到吗' }])
  })

  test('shares at most twenty values a second, the latest of each key', async () => {
    for (let i = 0; i < 100; i++) {
      room.set('cursor', i)
      await clock.pass(10)
    }
    await clock.pass(100)
    const sent = line.sentAs('state:set')
    expect(sent.length).toBeLessThanOrEqual(21)
    expect(sent.length).toBeGreaterThan(10)
    expect(sent.at(-1)?.value).toBe(99)
    expect(sent.map((one) => one.seq)).toEqual(sent.map((_, i) => i + 1))
  })
  test('sends the last value again when it was too fast or the line was lost, and no older one', async () => {
    const values = () => line.sentAs('state:set').map((one) => one.value)
    line.replies['state:set'] = () => {
      throw new Problem({ code: 'too-fast', status: 429 })
    }
    room.set('cursor', 1)
    room.set('view', 'a')
    await clock.pass(60)
    delete line.replies['state:set']
    room.set('cursor', 2)
    await clock.pass(400)
    expect(values().slice(2)).toEqual([2, 'a'])
    line.become('lost')
    room.set('cursor', 3)
    await clock.pass(400)
    line.become('on')
    await clock.pass(100)
    expect(values().slice(4)).toEqual([3])
  })
})

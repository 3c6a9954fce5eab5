import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Problem } from '@/api/problem'
import type { Devices } from '@/call/devices'
import type { Step } from '@/call/ladder'
import type { Peer, PeerHooks } from '@/call/peer'
import { Call } from '@/call/session'
import { FakeClock, FakeLine, FakeStream, joined, person, settle, track } from '../fakes'

/** A peer that does what it is told and lets the test speak for the network. */
class FakePeer {
  sent: { audio: unknown; video: unknown } = { audio: undefined, video: undefined }
  steps: Step[] = []
  started = 0
  stopped = false
  legNumber = 1
  report = new Map<string, unknown>()
  constructor(readonly hooks: PeerHooks) {}
  async start(): Promise<void> {
    this.started += 1
    try {
      await this.hooks.offer('v=0 offer', this.legNumber)
      this.hooks.receives([
        new FakeStream(['lane 0']),
        new FakeStream(['lane 1']),
      ] as unknown as MediaStream[])
    } catch (error) {
      if (this.hooks.isRefusal(error)) this.hooks.refused(error)
    }
  }
  stop(): void {
    this.stopped = true
  }
  send(tracks: { audio: unknown; video: unknown }): Promise<void> {
    this.sent = tracks
    return Promise.resolve()
  }
  keepTo(step: Step): Promise<void> {
    this.steps.push(step)
    return Promise.resolve()
  }
  stats(): Promise<Map<string, unknown>> {
    return Promise.resolve(this.report)
  }
}

describe('a call session', () => {
  let line: FakeLine
  let clock: FakeClock
  let peers: FakePeer[]
  let devices: Devices
  let call: Call

  beforeEach(() => {
    vi.stubGlobal('MediaStream', FakeStream)
    line = new FakeLine()
    line.replies['room:join'] = () => joined()
    line.replies['media:offer'] = ({ leg }: { leg: number }) => ({
      sdp: 'v=0 answer',
      leg,
      lanes: { doctor: 0 },
    })
    clock = new FakeClock()
    peers = []
    devices = { audio: track('audio'), video: track('video'), trouble: {} }
    call = new Call({
      line,
      clock,
      ticket: () => Promise.resolve('ticket'),
      devices: () => Promise.resolve(devices),
      peer: (_lanes, hooks) => {
        const peer = new FakePeer(hooks)
        peers.push(peer)
        return peer as unknown as Peer
      },
    })
  })
  afterEach(() => vi.unstubAllGlobals())
  const peer = () => peers.at(-1) as FakePeer

  test('enters the room, sends what there is, and is live when media flows', async () => {
    await call.enter()
    expect(call.view.state.at).toBe('connecting')
    expect([...call.view.streams.keys()]).toEqual(['doctor'])
    peer().hooks.up(1)
    expect(call.view.state.at).toBe('live')
    expect(line.sentAs('media:connected')).toEqual([{ leg: 1 }])
  })

  test('is entered without camera and microphone', async () => {
    devices = { audio: undefined, video: undefined, trouble: { camera: 'denied', microphone: 'denied' } }
    await call.enter()
    peer().hooks.up(1)
    expect(call.view.state.at).toBe('live')
    expect(call.view.devices.trouble).toEqual({ camera: 'denied', microphone: 'denied' })
    expect(line.sentAs('media:offer')[0]?.publishes).toEqual({ audio: false, video: false })
  })

  test('takes a camera that is allowed later without leaving', async () => {
    devices = { audio: track('audio'), video: undefined, trouble: { camera: 'denied' } }
    await call.enter()
    devices = { audio: undefined, video: track('video'), trouble: {} }
    await call.changeDevices({})
    expect(peer().sent.video).toBe(devices.video)
    expect(call.view.devices.trouble).toEqual({})
  })

  test('ends with the refusal when it may not go in', async () => {
    line.replies['room:join'] = () => {
      throw new Problem({ code: 'room-full', status: 409, title: '通话人数已满' })
    }
    await call.enter()
    expect(call.view.state).toMatchObject({ at: 'ended', reason: 'refused' })
    expect(call.view.problem?.title).toBe('通话人数已满')
    expect(devices.video?.readyState).toBe('ended')
  })

  test('losing the socket does not lose the call', async () => {
    await call.enter()
    peer().hooks.up(1)
    line.become('lost')
    expect(call.view.state.at).toBe('live')
    expect(call.view.line).toBe('lost')
    line.become('on')
    await settle()
    expect(peers).toHaveLength(1)
    expect(line.sentAs('room:join')).toHaveLength(2)
  })

  test('makes a new connection when the node says so', async () => {
    await call.enter()
    peer().hooks.up(1)
    line.push('media:renew', { reason: 'node-lost' })
    await settle()
    expect(call.view.state.at).toBe('reconnecting')
    expect(peers).toHaveLength(2)
    expect(peers[0]?.stopped).toBe(true)
    peer().hooks.up(1)
    expect(call.view.state.at).toBe('live')
  })

  test('forgets that media stopped once it goes on, and stops again when it is stopped for good', async () => {
    await call.enter()
    peer().hooks.up(1)
    line.push('room:event', { seq: 101, kind: 'media_stopped', reason: 'node-lost' })
    expect(call.view.room?.mediaStopped).toBe('node-lost')
    line.push('media:renew', { reason: 'node-lost' })
    await settle()
    peer().hooks.up(1)
    expect(call.view.room?.mediaStopped).toBeNull()
    line.push('room:event', { seq: 102, kind: 'media_stopped', reason: 'consent-withdrawn' })
    expect(call.view.state.at).toBe('chatOnly')
    expect(peer().stopped).toBe(true)
  })

  test('goes on in writing until everybody has consented, then connects', async () => {
    line.replies['media:offer'] = () => {
      throw new Problem({ code: 'recording-consent-needed', status: 409, title: '有人尚未同意' })
    }
    await call.enter()
    expect(call.view.state.at).toBe('chatOnly')
    line.replies['media:offer'] = ({ leg }: { leg: number }) => ({ sdp: 'v=0 answer', leg, lanes: {} })
    line.push('media:renew', { reason: 'consent-given' })
    await settle()
    expect(call.view.state.at).toBe('connecting')
    peer().hooks.up(1)
    expect(call.view.state.at).toBe('live')
  })

  test('stops media at once when consent is withdrawn', async () => {
    await call.enter()
    peer().hooks.up(1)
    line.push('room:event', { seq: 101, kind: 'media_stopped', reason: 'consent-withdrawn' })
    expect(call.view.state.at).toBe('chatOnly')
    expect(peer().stopped).toBe(true)
    expect(call.view.streams.size).toBe(0)
    expect(call.view.room?.recording.on).toBe(false)
  })

  test.each([
    [{ seq: 101, kind: 'closed', reason: 'ended' } as const, 'closed'],
    [{ seq: 100, kind: 'taken_over' } as const, 'taken-over'],
    [{ seq: 101, kind: 'left', seat: 'me', reason: 'removed' } as const, 'removed'],
  ])('is over when the room says %j', async (event, reason) => {
    await call.enter()
    peer().hooks.up(1)
    line.push('room:event', event)
    expect(call.view.state).toMatchObject({ at: 'ended', reason })
    expect(devices.audio?.readyState).toBe('ended')
  })

  test('shows who comes into which lane', async () => {
    await call.enter()
    line.push('room:event', { seq: 101, kind: 'joined', person: person('helper', { kind: 'helper' }) })
    line.push('room:event', { seq: 102, kind: 'lane', seat: 'me', lanes: { doctor: 0, helper: 1 } })
    expect([...call.view.streams.keys()].sort()).toEqual(['doctor', 'helper'])
  })

  test('shows whoever came into a lane while the own offer was being answered', async () => {
    line.replies['media:offer'] = ({ leg }: { leg: number }) => {
      line.push('room:event', { seq: 101, kind: 'joined', person: person('helper', { kind: 'helper' }) })
      line.push('room:event', { seq: 102, kind: 'lane', seat: 'me', lanes: { doctor: 0, helper: 1 } })
      return { sdp: 'v=0 answer', leg, lanes: { doctor: 0 } }
    }
    await call.enter()
    expect([...call.view.streams.keys()].sort()).toEqual(['doctor', 'helper'])
  })

  test('turns to sound only and back at the wish of the person', async () => {
    await call.enter()
    peer().hooks.up(1)
    call.soundOnly()
    expect(call.view.state).toMatchObject({ at: 'audioOnly', chosen: true })
    expect(peer().steps.at(-1)?.name).toBe('audio')
    expect(line.sentAs('media:publishing').at(-1)).toEqual({ audio: true, video: false })
    call.restorePicture()
    expect(call.view.state.at).toBe('live')
    expect(peer().steps.at(-1)?.name).toBe('video-360')
  })

  test('makes the picture smaller by itself when much is lost', async () => {
    await call.enter()
    peer().hooks.up(1)
    peer().report = new Map([['r', { type: 'remote-inbound-rtp', id: 'r', fractionLost: 0.3 }]])
    await clock.pass(7000)
    expect(call.view.state.at).toBe('weak')
    expect(call.view.change).toMatchObject({ step: { name: 'video-180' }, because: 'network' })
  })

  test('left on purpose tells the room and frees the devices', async () => {
    await call.enter()
    await call.leave()
    expect(line.sentAs('room:leave')).toHaveLength(1)
    expect(call.view.state).toMatchObject({ at: 'ended', reason: 'left' })
    expect(devices.audio?.readyState).toBe('ended')
  })
})

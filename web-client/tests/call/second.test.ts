import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Problem } from '@/api/problem'
import type { Step } from '@/call/ladder'
import type { Peer, PeerHooks } from '@/call/peer'
import { SecondPicture } from '@/call/second'
import { mayShareScreen, openSource, otherCameras, stepOf } from '@/call/secondSource'
import { Call } from '@/call/session'
import { STEPS } from '@/call/ladder'
import type { RoomEvent, SecondPicture as Shown } from '@/rt/messages'
import { FakeClock, FakeLine, FakeStream, joined, settle, track } from '../fakes'

class FakePeer {
  sent: unknown
  steps: Step[] = []
  stopped = false
  legNumber = 1
  constructor(
    readonly lanes: number,
    readonly hooks: PeerHooks,
  ) {}
  async start(): Promise<void> {
    try {
      await this.hooks.offer('v=0 offer', 1)
    } catch (error) {
      if (this.hooks.isRefusal(error)) this.hooks.refused(error)
    }
  }
  stop(): void {
    this.stopped = true
  }
  send(tracks: { video: unknown }): Promise<void> {
    this.sent = tracks.video
    return Promise.resolve()
  }
  keepTo(step: Step): Promise<void> {
    this.steps.push(step)
    return Promise.resolve()
  }
  stats(): Promise<undefined> {
    return Promise.resolve(undefined)
  }
}

const MINE: Shown = { by: 'me', seat: 'me-2', source: 'screen' }

describe('the second picture of this page', () => {
  let line: FakeLine
  let clock: FakeClock
  let peers: FakePeer[]
  let call: Call
  let second: SecondPicture
  let seq: number
  const peer = (_lanes: number, hooks: PeerHooks): Peer => {
    const made = new FakePeer(_lanes, hooks)
    peers.push(made)
    return made as unknown as Peer
  }
  /** What the room tells, in its order. */
  const tell = (event: Record<string, unknown>) =>
    line.push('room:event', { seq: ++seq, ...event } as unknown as RoomEvent)

  beforeEach(async () => {
    vi.stubGlobal('MediaStream', FakeStream)
    line = new FakeLine()
    seq = 100
    line.replies['room:join'] = () => joined({ seq })
    line.replies['media:offer'] = ({ leg }: { leg: number }) => ({ sdp: 'v=0 answer', leg, lanes: {} })
    line.replies['second:show'] = () => {
      tell({ kind: 'second', second: MINE })
      return {}
    }
    line.replies['second:hide'] = () => {
      tell({ kind: 'second', second: null })
      return {}
    }
    clock = new FakeClock()
    peers = []
    const none = { audio: undefined, video: undefined, trouble: {} }
    call = new Call({
      line,
      clock,
      ticket: () => Promise.resolve('ticket'),
      devices: () => Promise.resolve(none),
      peer,
    })
    second = new SecondPicture({ call, line, clock, peer, told: () => undefined })
    await call.enter()
    peers = []
  })
  afterEach(() => vi.unstubAllGlobals())
  const offers = () => line.sentAs('media:offer').filter((one) => one.second)

  test('is announced, then sent on a connection of its own that receives nothing', async () => {
    const screen = track('video')
    await second.show('screen', screen)
    expect(line.sentAs('second:show')).toEqual([{ source: 'screen' }])
    expect(peers).toHaveLength(1)
    expect(peers[0]?.lanes).toBe(0)
    expect(peers[0]?.sent).toBe(screen)
    expect(offers()).toHaveLength(1)
    expect(call.view.room?.second).toEqual(MINE)
  })

  test('ends by hand, and frees the device', async () => {
    const screen = track('video')
    await second.show('screen', screen)
    await second.stop()
    expect(line.sentAs('second:hide')).toHaveLength(1)
    expect(screen.readyState).toBe('ended')
    expect(peers[0]?.stopped).toBe(true)
    expect(second.view.showing).toBeUndefined()
  })

  test("ends when the browser's own button ends the sharing", async () => {
    const screen = track('video')
    await second.show('screen', screen)
    screen.onended?.(new Event('ended'))
    await settle()
    expect(line.sentAs('second:hide')).toHaveLength(1)
    expect(second.view.showing).toBeUndefined()
  })

  test('is not sent when somebody else shows one, and says why', async () => {
    line.replies['second:show'] = () => {
      throw new Problem({ code: 'second-picture-taken', status: 409, title: '林医生正在展示' })
    }
    const screen = track('video')
    await second.show('screen', screen)
    expect(peers).toEqual([])
    expect(screen.readyState).toBe('ended')
    expect(second.view.problem?.title).toBe('林医生正在展示')
  })

  test('ends when the chair or the server ends it', async () => {
    const screen = track('video')
    await second.show('screen', screen)
    tell({ kind: 'second', second: null })
    expect(second.view.showing).toBeUndefined()
    expect(screen.readyState).toBe('ended')
    expect(line.sentAs('second:hide')).toEqual([])
  })

  test('ends with the call', async () => {
    const screen = track('video')
    await second.show('screen', screen)
    await call.leave()
    expect(screen.readyState).toBe('ended')
    expect(peers.every((one) => one.stopped)).toBe(true)
  })

  test('a socket that was lost and came back leaves it alone', async () => {
    await second.show('screen', track('video'))
    line.replies['room:join'] = () => joined({ seq, second: MINE })
    line.become('lost')
    line.become('on')
    await settle()
    expect(second.view.showing).toBeDefined()
    expect(line.sentAs('second:show')).toHaveLength(1)
    expect(offers()).toHaveLength(1)
  })

  test('a room that was made anew is told of it again', async () => {
    await second.show('screen', track('video'))
    line.become('lost')
    line.become('on')
    await settle()
    expect(line.sentAs('second:show')).toHaveLength(2)
    expect(second.view.showing).toBeDefined()
  })

  test('a media node that was lost gets a new connection for it', async () => {
    await second.show('screen', track('video'))
    line.push('media:renew', { reason: 'node-lost' })
    await settle()
    expect(offers()).toHaveLength(2)
    expect(second.view.showing).toBeDefined()
  })

  test('waits while somebody has not agreed to recording, and goes on afterwards', async () => {
    await second.show('screen', track('video'))
    const answer = line.replies['media:offer']
    line.replies['media:offer'] = () => {
      throw new Problem({ code: 'recording-consent-needed', status: 409 })
    }
    line.push('media:renew', { reason: 'node-lost' })
    await settle()
    expect(second.view.showing).toBeDefined()
    if (answer) line.replies['media:offer'] = answer
    line.push('media:renew', { reason: 'consent-given' })
    await settle()
    expect(second.view.showing).toBeDefined()
    expect(offers()).toHaveLength(3)
  })

  test('a page that was loaded anew ends what the one before it showed', async () => {
    await call.leave()
    const again = new Call({
      line,
      clock,
      ticket: () => Promise.resolve('ticket'),
      devices: () => Promise.resolve({ audio: undefined, video: undefined, trouble: {} }),
      peer,
    })
    new SecondPicture({ call: again, line, clock, peer, told: () => undefined })
    line.replies['room:join'] = () => joined({ seq, second: MINE })
    await again.enter()
    expect(line.sentAs('second:hide')).toHaveLength(1)
  })

  test('takes less of a weak line', async () => {
    await second.show('screen', track('video'))
    call.soundOnly()
    await settle()
    const sends = peers[0]?.steps.map((step) => step.maxBitrate) ?? []
    expect(sends).toHaveLength(2)
    expect(sends[1]).toBeLessThan((sends[0] ?? 0) / 2)
  })
})

describe('where a second picture comes from', () => {
  afterEach(() => vi.unstubAllGlobals())

  test('letters are kept sharp on a screen, movement smooth in a scope', async () => {
    const asked: unknown[] = []
    const stream = (made: unknown) => {
      asked.push(made)
      return Promise.resolve({ getVideoTracks: () => [track('video')] } as unknown as MediaStream)
    }
    const media = { getDisplayMedia: stream, getUserMedia: stream }
    expect((await openSource('screen', undefined, media))?.contentHint).toBe('detail')
    expect((await openSource('camera', 'scope', media))?.contentHint).toBe('motion')
    expect(asked[1]).toMatchObject({ video: { deviceId: { exact: 'scope' } } })
  })

  test('a phone has no screen to show', () => {
    expect(mayShareScreen({ getUserMedia: () => Promise.reject(new Error()) })).toBe(false)
    expect(mayShareScreen(undefined)).toBe(false)
  })

  test('offers the cameras besides the one that shows the face, by their names', async () => {
    const device = (deviceId: string, kind: string, label: string) => ({ deviceId, kind, label })
    const found = [device('face', 'videoinput', '内置'), device('scope', 'videoinput', '电子内镜')]
    vi.stubGlobal('navigator', { mediaDevices: { enumerateDevices: () => Promise.resolve(found) } })
    const face = { getSettings: () => ({ deviceId: 'face' }) } as unknown as MediaStreamTrack
    expect((await otherCameras(face)).map((one) => one.label)).toEqual(['电子内镜'])
    expect(await otherCameras(undefined)).toHaveLength(2)
  })

  test('a screen is slow and fine, a scope fast; both are small on a weak line', () => {
    const [good, weak] = STEPS as [Step, Step]
    expect(stepOf('camera', good).maxFramerate).toBeGreaterThan(stepOf('screen', good).maxFramerate)
    expect(stepOf('camera', weak).maxBitrate).toBeLessThan(stepOf('camera', good).maxBitrate)
  })
})

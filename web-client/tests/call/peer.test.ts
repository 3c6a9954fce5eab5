import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { STEPS, type Step } from '@/call/ladder'
import { DISCONNECTED_FOR_MS, Peer, type PeerHooks } from '@/call/peer'
import { FakeClock, FakeConnection, FakeStream, settle, track } from '../fakes'

describe('a peer connection', () => {
  let clock: FakeClock
  let made: FakeConnection[]
  let told: string[]
  let received: number[]
  let refuse: Error | undefined

  beforeEach(() => {
    vi.stubGlobal('MediaStream', FakeStream)
    clock = new FakeClock()
    made = []
    told = []
    received = []
    refuse = undefined
  })
  afterEach(() => vi.unstubAllGlobals())

  function peer(): Peer {
    const hooks: PeerHooks = {
      offer: (_sdp, leg) =>
        refuse
          ? Promise.reject(refuse)
          : Promise.resolve({ sdp: `answer ${leg}`, leg, lanes: { doctor: 0 } }),
      iceServers: () => [],
      up: (leg) => told.push(`up ${leg}`),
      down: () => told.push('down'),
      trying: () => told.push('trying'),
      receives: (streams) => received.push(streams.length),
      refused: () => told.push('refused'),
      isRefusal: (error) => (error as Error).message === 'refused',
    }
    return new Peer(2, hooks, clock, () => {
      const connection = new FakeConnection()
      made.push(connection)
      return connection as unknown as RTCPeerConnection
    })
  }
  const last = () => made.at(-1) as FakeConnection

  test('offers microphone, camera, screen, then a lane of sound and picture for each of the others', async () => {
    await peer().start()
    expect(last().transceivers.map((one) => `${one.kind} ${one.init.direction}`)).toEqual([
      'audio sendonly',
      'video sendonly',
      'video sendonly',
      'audio recvonly',
      'video recvonly',
      'audio recvonly',
      'video recvonly',
    ])
    expect(last().remote).toBe('answer 1')
    expect(received).toEqual([2])
  })

  test('connects with nothing to send', async () => {
    const one = peer()
    await one.start()
    last().become('connected')
    expect(told).toEqual(['up 1'])
    expect(last().transceivers[0]?.sender.track).toBeNull()
  })

  test('makes a new connection for the seat at once when it failed', async () => {
    await peer().start()
    last().become('connected')
    last().become('failed')
    await clock.pass(0)
    expect(made).toHaveLength(2)
    expect(made[0]?.connectionState).toBe('closed')
    last().become('connected')
    expect(told).toEqual(['up 1', 'down', 'trying', 'up 2'])
  })

  test('waits five seconds when it was only disconnected', async () => {
    await peer().start()
    last().become('connected')
    last().become('disconnected')
    await clock.pass(DISCONNECTED_FOR_MS - 1)
    expect(made).toHaveLength(1)
    await clock.pass(1)
    expect(made).toHaveLength(2)
  })

  test('goes on when the disconnection heals', async () => {
    await peer().start()
    last().become('connected')
    last().become('disconnected')
    await clock.pass(2000)
    last().become('connected')
    await clock.pass(60_000)
    expect(made).toHaveLength(1)
  })

  test('keeps trying while the offer gets no answer, and not after a refusal', async () => {
    const one = peer()
    refuse = new Error('lost')
    await one.start()
    await clock.pass(3000)
    expect(made.length).toBeGreaterThan(2)
    refuse = new Error('refused')
    await clock.pass(10_000)
    const count = made.length
    expect(told.at(-1)).toBe('refused')
    await clock.pass(60_000)
    expect(made).toHaveLength(count)
  })

  test('stops sending the picture on the audio step and sends it again, on later legs too', async () => {
    const one = peer()
    const camera = track('video')
    await one.send({ audio: track('audio'), video: camera })
    await one.start()
    await one.keepTo(STEPS[1] as Step)
    expect(last().transceivers[1]?.encodings[0]).toMatchObject({
      maxBitrate: 120_000,
      scaleResolutionDownBy: 2,
    })
    await one.keepTo(STEPS[2] as Step)
    expect(last().transceivers[1]?.sender.track).toBeNull()
    last().become('failed')
    await clock.pass(0)
    expect(last().transceivers[1]?.sender.track).toBeNull()
    await one.keepTo(STEPS[0] as Step)
    expect(last().transceivers[1]?.sender.track).toBe(camera)
  })

  test('stopped, it makes no further connection', async () => {
    const one = peer()
    await one.start()
    last().become('connected')
    one.stop()
    await clock.pass(60_000)
    await settle()
    expect(made).toHaveLength(1)
    expect(made[0]?.connectionState).toBe('closed')
  })
})

/** Stand-ins for time, the socket and the browser's media: behave like the real thing, moved by hand. */
import type { Clock } from '@/call/clock'
import { Problem } from '@/api/problem'
import type { LineState, Sender } from '@/rt/line'
import type { FromClient, FromServer, Joined, Person } from '@/rt/messages'

export class FakeClock implements Clock {
  private time = 0
  private due: { at: number; run: () => void }[] = []

  now(): number {
    return this.time
  }

  after(ms: number, run: () => void): () => void {
    const entry = { at: this.time + ms, run }
    this.due.push(entry)
    return () => {
      this.due = this.due.filter((one) => one !== entry)
    }
  }

  /** Lets time pass, running what falls due in order, and the promises in between. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms
    for (;;) {
      await settle()
      const first = this.due.filter((one) => one.at <= end).sort((a, b) => a.at - b.at)[0]
      if (!first) break
      this.due = this.due.filter((one) => one !== first)
      this.time = Math.max(this.time, first.at)
      first.run()
    }
    this.time = end
    await settle()
  }
}

/** Lets pending promises run. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

type Reply = (payload: never) => unknown

/** A socket whose server is a table of replies. A missing reply acknowledges with nothing. */
export class FakeLine implements Sender {
  state: LineState = 'on'
  readonly sent: { event: string; payload: unknown }[] = []
  readonly replies: Partial<Record<keyof FromClient, Reply>> = {}
  private readonly handlers = new Map<string, Set<(message: never) => void>>()
  private readonly stateListeners = new Set<(state: LineState) => void>()

  async ask<E extends keyof FromClient>(event: E, payload: FromClient[E][0]): Promise<FromClient[E][1]> {
    if (this.state !== 'on') throw new Problem({ code: 'offline' })
    this.sent.push({ event, payload })
    const reply = this.replies[event] as ((payload: FromClient[E][0]) => FromClient[E][1]) | undefined
    return reply ? reply(payload) : ({} as FromClient[E][1])
  }

  on<E extends keyof FromServer>(event: E, handler: (message: FromServer[E]) => void): () => void {
    const set = this.handlers.get(event) ?? new Set()
    this.handlers.set(event, set)
    set.add(handler as (message: never) => void)
    return () => set.delete(handler as (message: never) => void)
  }

  onState(listener: (state: LineState) => void): () => void {
    this.stateListeners.add(listener)
    return () => this.stateListeners.delete(listener)
  }

  push<E extends keyof FromServer>(event: E, message: FromServer[E]): void {
    for (const handler of [...(this.handlers.get(event) ?? [])]) handler(message as never)
  }

  become(state: LineState): void {
    this.state = state
    for (const listener of [...this.stateListeners]) listener(state)
  }

  sentAs<E extends keyof FromClient>(event: E): FromClient[E][0][] {
    return this.sent.filter((one) => one.event === event).map((one) => one.payload as FromClient[E][0])
  }
}

export function person(seat: string, change: Partial<Person> = {}): Person {
  return {
    seat,
    name: seat,
    role: 'patient',
    kind: 'patient',
    publishes: { audio: true, video: true },
    present: true,
    media: true,
    ...change,
  }
}

export function joined(change: Partial<Joined> = {}): Joined {
  return {
    seat: 'me',
    seat_token: 'seat-token-1',
    grants: ['publish', 'subscribe', 'share'],
    ice_servers: [],
    room: 'room-1',
    capacity: 3,
    people: [person('me'), person('doctor', { kind: 'doctor' })],
    lanes: { doctor: 0 },
    state: {},
    chat: [],
    seq: 100,
    recording: { on: false, since: null },
    media_stopped: null,
    recording_consent_needed: false,
    second: null,
    presenter: null,
    moderator: null,
    ...change,
  }
}

export class FakeTrack {
  enabled = true
  readyState: 'live' | 'ended' = 'live'
  onended: (() => void) | null = null
  constructor(readonly kind: 'audio' | 'video') {}
  stop(): void {
    this.readyState = 'ended'
  }
}

export function track(kind: 'audio' | 'video'): MediaStreamTrack {
  return new FakeTrack(kind) as unknown as MediaStreamTrack
}

/** A peer connection that records what was asked of it and changes state when told. */
export class FakeConnection {
  connectionState: RTCPeerConnectionState = 'new'
  iceGatheringState: RTCIceGatheringState = 'complete'
  onconnectionstatechange: (() => void) | null = null
  onicegatheringstatechange: (() => void) | null = null
  localDescription: { sdp: string } | null = null
  remote: string | undefined
  readonly transceivers: FakeTransceiver[] = []

  addTransceiver(first: unknown, init: RTCRtpTransceiverInit): FakeTransceiver {
    const transceiver = new FakeTransceiver(first, init)
    this.transceivers.push(transceiver)
    return transceiver
  }
  createOffer(): Promise<object> {
    return Promise.resolve({ type: 'offer' })
  }
  setLocalDescription(): Promise<void> {
    this.localDescription = { sdp: 'v=0 offer' }
    return Promise.resolve()
  }
  setRemoteDescription({ sdp }: { sdp: string }): Promise<void> {
    this.remote = sdp
    return Promise.resolve()
  }
  getStats(): Promise<Map<string, unknown>> {
    return Promise.resolve(new Map())
  }
  close(): void {
    this.connectionState = 'closed'
  }
  become(state: RTCPeerConnectionState): void {
    this.connectionState = state
    this.onconnectionstatechange?.()
  }
}

export class FakeTransceiver {
  readonly kind: string
  readonly sender: {
    track: unknown
    replaceTrack: (track: unknown) => Promise<void>
    getParameters: () => { encodings: RTCRtpEncodingParameters[] }
    setParameters: (parameters: { encodings: RTCRtpEncodingParameters[] }) => Promise<void>
  }
  readonly receiver: { track: MediaStreamTrack }
  encodings: RTCRtpEncodingParameters[]

  constructor(
    first: unknown,
    readonly init: RTCRtpTransceiverInit,
  ) {
    this.kind = typeof first === 'string' ? first : (first as MediaStreamTrack).kind
    this.receiver = { track: track(this.kind as 'audio' | 'video') }
    this.encodings = init.sendEncodings ?? [{}]
    this.sender = {
      track: typeof first === 'string' ? null : first,
      replaceTrack: (next) => {
        this.sender.track = next
        return Promise.resolve()
      },
      getParameters: () => ({ encodings: this.encodings.map((one) => ({ ...one })) }),
      setParameters: ({ encodings }) => {
        this.encodings = encodings
        return Promise.resolve()
      },
    }
  }
}

/** What a MediaStream is to those who only pass it on. */
export class FakeStream {
  constructor(readonly tracks: readonly unknown[]) {}
}

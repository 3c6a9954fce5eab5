/**
 * A call from entering to leaving: joins the room, keeps the peer connection, the devices and the ladder together, and
 * tells one picture of it all to whoever draws it. Framework-free; everything that touches the world is handed in.
 */
import { every, wallClock, type Clock } from './clock'
import { acquire, release, type DeviceChoice, type DeviceKind, type Devices } from './devices'
import { Ladder, STEPS, type Change, type Step } from './ladder'
import { inCall, next, START, type CallEvent, type CallState, type EndReason } from './machine'
import { Peer, type PeerHooks } from './peer'
import { between, read, type Reading } from './stats'
import { Problem } from '@/api/problem'
import type { LineState, Sender } from '@/rt/line'
import { Room } from '@/rt/room'
import type { RoomView } from '@/rt/view'

export interface CallView {
  state: CallState
  line: LineState
  room: RoomView | undefined
  /** Who is seen and heard: seat -> stream. */
  streams: ReadonlyMap<string, MediaStream>
  devices: Devices
  microphoneOn: boolean
  cameraOn: boolean
  step: Step
  /** The ladder's last move while it still stands; drives the network strip. */
  change: Change | undefined
  problem: Problem | undefined
}

export interface CallWorld {
  line: Sender
  /** A fresh ticket to this meeting's room. */
  ticket: () => Promise<string>
  clock?: Clock
  devices?: typeof acquire
  peer?: (lanes: number, hooks: PeerHooks, clock: Clock) => Peer
}

const NO_DEVICES: Devices = { audio: undefined, video: undefined, trouble: {} }
const SAMPLE_MS = 1_000
const REPORT_EVERY = 10
/** Refusals of an offer that pass by themselves once the socket has its seat again. */
const PASSING_OFFERS = new Set(['not-in-room', 'media-unavailable', 'took-too-long'])
const WHY: Readonly<Record<string, EndReason>> = {
  'room-closed': 'closed',
  'seat-taken-over': 'taken-over',
  'not-signed-in': 'signed-out',
}

export class Call {
  view: CallView
  private readonly clock: Clock
  readonly room: Room
  private readonly ladder: Ladder
  private readonly listeners = new Set<(view: CallView) => void>()
  private readonly undo: (() => void)[] = []
  private peer: Peer | undefined
  private received: readonly MediaStream[] = []
  private reading: Reading | undefined
  private samples = 0
  private choice: DeviceChoice = {}

  constructor(private readonly world: CallWorld) {
    this.clock = world.clock ?? wallClock
    this.view = {
      state: START,
      line: world.line.state,
      room: undefined,
      streams: new Map(),
      devices: NO_DEVICES,
      microphoneOn: true,
      cameraOn: true,
      step: STEPS[0] as Step,
      change: undefined,
      problem: undefined,
    }
    this.ladder = new Ladder((change) => this.climbed(change))
    this.room = new Room(
      world.line,
      {
        changed: (view) => this.roomChanged(view),
        lost: (problem) => this.end(WHY[problem.code] ?? 'refused', problem),
        renewMedia: () => this.renewMedia(),
        ticket: world.ticket,
      },
      this.clock,
    )
  }

  subscribe(listener: (view: CallView) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Goes in with what devices there are; a refusal ends the call and stands in `problem`. */
  async enter(choice: DeviceChoice = {}, ready?: Devices): Promise<void> {
    this.choice = choice
    this.move({ type: 'enter' })
    this.set({ problem: undefined })
    this.undo.push(this.world.line.onState((line) => this.set({ line })))
    const devices = ready ?? (await (this.world.devices ?? acquire)(choice))
    this.takeDevices(devices)
    try {
      await this.room.join(await this.world.ticket())
    } catch (error) {
      const problem = error instanceof Problem ? error : undefined
      this.end(WHY[problem?.code ?? ''] ?? 'refused', problem)
      return
    }
    if (this.view.state.at === 'ended') return
    this.undo.push(every(this.clock, SAMPLE_MS, () => void this.sample()))
    await this.openMedia()
  }

  async leave(): Promise<void> {
    if (this.view.state.at === 'ended') return
    this.end('left')
    await this.room.leave()
  }

  setMicrophone(on: boolean): void {
    if (this.view.devices.audio) this.view.devices.audio.enabled = on
    this.set({ microphoneOn: on })
    this.tellPublishing()
  }

  setCamera(on: boolean): void {
    if (this.view.devices.video) this.view.devices.video.enabled = on
    this.set({ cameraOn: on })
    this.tellPublishing()
  }

  soundOnly(): void {
    this.ladder.chooseAudio()
  }

  restorePicture(): void {
    this.ladder.restore(this.clock.now())
  }

  /** Tries again for what is missing, or changes to another device; the call goes on meanwhile. */
  async changeDevices(choice: DeviceChoice, kinds?: readonly DeviceKind[]): Promise<void> {
    const { devices } = this.view
    const wanted = kinds ?? (['microphone', 'camera'] as const).filter((kind) => !this.has(kind))
    if (wanted.length === 0) return
    this.choice = { ...this.choice, ...choice }
    const found = await (this.world.devices ?? acquire)(this.choice, wanted)
    if (this.view.state.at === 'ended') {
      release(found)
      return
    }
    if (found.audio) devices.audio?.stop()
    if (found.video) devices.video?.stop()
    const trouble = { ...devices.trouble, ...found.trouble }
    if (found.audio) delete trouble.microphone
    if (found.video) delete trouble.camera
    this.takeDevices({ audio: found.audio ?? devices.audio, video: found.video ?? devices.video, trouble })
  }

  say(text: string | null, attachmentId?: string): Promise<void> {
    return this.room.say(text, attachmentId ?? null)
  }

  sayAgain(clientId: string): Promise<void> {
    return this.room.deliver(clientId)
  }

  share(key: string, value: unknown): void {
    this.room.set(key, value)
  }

  /** A shared value of one's own seat: a cursor, whoever presents. */
  shareOwn(name: string, value: unknown): void {
    this.room.setOwn(name, value)
  }

  /** Becomes the one whose view the others follow. */
  async present(): Promise<void> {
    await this.room.present()
  }

  async letPresent(seat: string | null): Promise<void> {
    await this.room.letPresent(seat)
  }

  async handOver(seat: string): Promise<void> {
    await this.room.handOver(seat)
  }

  removeFromRoom(seat: string): Promise<object> {
    return this.room.remove(seat)
  }

  private has(kind: DeviceKind): boolean {
    const track = kind === 'camera' ? this.view.devices.video : this.view.devices.audio
    return track?.readyState === 'live'
  }

  private set(change: Partial<CallView>): void {
    this.view = { ...this.view, ...change }
    for (const listener of [...this.listeners]) listener(this.view)
  }

  private move(event: CallEvent): void {
    const state = next(this.view.state, event, this.clock.now())
    if (state !== this.view.state) this.set({ state })
  }

  private takeDevices(devices: Devices): void {
    if (devices.audio) devices.audio.enabled = this.view.microphoneOn
    if (devices.video) devices.video.enabled = this.view.cameraOn
    for (const [kind, track] of [
      ['microphone', devices.audio],
      ['camera', devices.video],
    ] as const) {
      if (track) track.onended = () => this.unplugged(kind)
    }
    this.set({ devices })
    void this.peer?.send(devices)
    this.tellPublishing()
  }

  private unplugged(kind: DeviceKind): void {
    const trouble = { ...this.view.devices.trouble, [kind]: 'missing' as const }
    this.set({ devices: { ...this.view.devices, trouble } })
    void this.changeDevices({}, [kind])
  }

  private tellPublishing(): void {
    if (this.view.room) this.room.publishing(this.publishes())
  }

  private publishes(): { audio: boolean; video: boolean } {
    const { devices, microphoneOn, cameraOn, step } = this.view
    return {
      audio: Boolean(devices.audio) && microphoneOn,
      video: Boolean(devices.video) && cameraOn && step.maxBitrate > 0,
    }
  }

  private async openMedia(): Promise<void> {
    const room = this.view.room
    if (!room) return
    this.peer?.stop()
    const hooks: PeerHooks = {
      offer: (sdp, leg) => this.room.offer(sdp, leg, this.publishes()),
      iceServers: () => this.room.iceServers,
      up: (leg) => this.mediaUp(leg),
      down: () => this.mediaDown(),
      trying: () => this.move({ type: 'retry' }),
      receives: (streams) => this.receive(streams),
      refused: (error) => this.offerRefused(error),
      isRefusal: (error) => error instanceof Problem && !error.passing && !PASSING_OFFERS.has(error.code),
    }
    const lanes = Math.max(1, room.capacity - 1)
    const peer = this.world.peer?.(lanes, hooks, this.clock) ?? new Peer(lanes, hooks, this.clock)
    this.peer = peer
    await peer.send(this.view.devices)
    await peer.keepTo(this.ladder.step)
    await peer.start()
  }

  private mediaUp(leg: number): void {
    this.reading = undefined
    this.room.connected(leg)
    const { quality } = this.ladder.step
    this.move({ type: 'mediaUp', quality, chosen: this.ladder.chosen })
  }

  private mediaDown(): void {
    this.reading = undefined
    this.move({ type: 'mediaDown' })
  }

  private offerRefused(error: unknown): void {
    const problem = error instanceof Problem ? error : undefined
    this.receive([])
    this.set({ problem })
    // Consent missing or video stopped: the room stays, in writing.
    this.move({ type: 'mediaOff' })
  }

  private renewMedia(): void {
    this.set({ problem: undefined })
    if (this.view.state.at === 'chatOnly') this.move({ type: 'mediaOn' })
    else this.mediaDown()
    void this.openMedia()
  }

  private receive(streams: readonly MediaStream[]): void {
    this.received = streams
    this.seat()
  }

  /** Each seat with the stream of the lane it is in now. */
  private seat(): void {
    const seen = new Map<string, MediaStream>()
    for (const [seat, lane] of Object.entries(this.view.room?.lanes ?? {})) {
      const stream = this.received[lane]
      if (stream) seen.set(seat, stream)
    }
    this.set({ streams: seen })
  }

  private roomChanged(room: RoomView): void {
    const before = this.view.room
    this.set({ room })
    if (room.lanes !== before?.lanes) this.seat()
    if (room.closed) this.end('closed')
    else if (room.takenOver) this.end('taken-over')
    else if (
      before?.people.some((one) => one.seat === room.seat) &&
      !room.people.some((one) => one.seat === room.seat)
    )
      this.end('removed')
    else if (room.mediaStopped && !before?.mediaStopped) this.stopMedia()
  }

  private stopMedia(): void {
    this.peer?.stop()
    this.peer = undefined
    this.receive([])
    this.move({ type: 'mediaOff' })
  }

  private climbed(change: Change): void {
    const { step } = change
    this.set({ step, change: step === STEPS[0] ? undefined : change })
    void this.peer?.keepTo(step)
    this.move({ type: 'quality', quality: step.quality, chosen: this.ladder.chosen })
    this.tellPublishing()
  }

  private async sample(): Promise<void> {
    if (!inCall(this.view.state)) return
    const report = await this.peer?.stats()
    if (!report) return
    const now = this.clock.now()
    const reading = read(report.values(), now)
    const before = this.reading
    this.reading = reading
    if (!before) return
    const sample = between(before, reading)
    this.ladder.feed(sample, now)
    this.samples += 1
    if (this.samples % REPORT_EVERY !== 0) return
    this.room.report({
      leg: this.peer?.legNumber ?? 0,
      rtt_ms: Math.min(60_000, sample.rttMs),
      jitter_ms: Math.min(60_000, sample.jitterMs),
      loss_up: Math.min(1, sample.lossUp),
      loss_down: sample.lossDown,
      kbps_up: sample.kbpsUp,
      kbps_down: sample.kbpsDown,
      freezes_ms: Math.min(600_000, sample.freezesMs),
      step: this.ladder.step.name,
    })
  }

  private end(reason: EndReason, problem?: Problem): void {
    if (this.view.state.at === 'ended') return
    for (const undo of this.undo.splice(0)) undo()
    this.peer?.stop()
    this.peer = undefined
    if (reason !== 'left') this.room.stop()
    release(this.view.devices)
    this.set({ problem: problem ?? this.view.problem, streams: new Map(), devices: NO_DEVICES })
    this.move({ type: 'end', reason })
  }
}

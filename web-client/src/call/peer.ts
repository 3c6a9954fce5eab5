/**
 * The peer connection of one seat: microphone, camera, screen, then a fixed receive lane of sound and picture for each of
 * the others, negotiated once. When it breaks a new one is made for the same seat (a new leg); it is never renegotiated.
 *
 * Not here: what to send on a weak line (ladder.ts), who the others are (rt/room.ts).
 */
import { wallClock, type Clock } from './clock'
import type { Step } from './ladder'
import type { Answer, IceServer } from '@/rt/messages'

export const DISCONNECTED_FOR_MS = 5_000
const GATHER_MS = 500
const RETRY_MS: readonly number[] = [500, 1000, 2000, 3000, 5000]

export interface PeerHooks {
  offer: (sdp: string, leg: number) => Promise<Answer>
  iceServers: () => IceServer[]
  /** Media flows, on this leg. */
  up: (leg: number) => void
  /** Media has stopped flowing; a new leg is on its way. */
  down: () => void
  trying: () => void
  /** What this leg receives, lane by lane. Who is in which lane is the room's to say, also while a leg is being made. */
  receives: (streams: readonly MediaStream[]) => void
  /** The offer was refused for good; trying again will not help. */
  refused: (error: unknown) => void
  isRefusal: (error: unknown) => boolean
}

export interface LocalTracks {
  audio: MediaStreamTrack | undefined
  video: MediaStreamTrack | undefined
}

type Make = (configuration: RTCConfiguration) => RTCPeerConnection

interface Leg {
  number: number
  connection: RTCPeerConnection
  microphone: RTCRtpTransceiver
  camera: RTCRtpTransceiver
  streams: MediaStream[]
  connected: boolean
}

export class Peer {
  private leg: Leg | undefined
  private count = 0
  private tracks: LocalTracks = { audio: undefined, video: undefined }
  private step: Step | undefined
  private stopped = false
  private cancel: (() => void) | undefined
  private tries = 0

  constructor(
    private readonly lanes: number,
    private readonly hooks: PeerHooks,
    private readonly clock: Clock = wallClock,
    private readonly make: Make = (configuration) => new RTCPeerConnection(configuration),
  ) {}

  /** Makes a new connection for the seat, in place of the one before. */
  async start(): Promise<void> {
    this.drop()
    if (this.stopped) return
    const leg = this.build()
    this.leg = leg
    try {
      await this.negotiate(leg)
      this.tries = 0
    } catch (error) {
      if (this.leg !== leg || this.stopped) return
      if (this.hooks.isRefusal(error)) {
        this.drop()
        this.hooks.refused(error)
      } else this.again()
    }
  }

  stop(): void {
    this.stopped = true
    this.drop()
  }

  /** The leg that carries media now. */
  get legNumber(): number {
    return this.leg?.number ?? 0
  }

  async stats(): Promise<RTCStatsReport | undefined> {
    return this.leg?.connected ? this.leg.connection.getStats() : undefined
  }

  /** Sends these from now on; undefined sends nothing, without renegotiation. */
  async send(tracks: LocalTracks): Promise<void> {
    this.tracks = tracks
    const leg = this.leg
    if (!leg) return
    await Promise.all([leg.microphone.sender.replaceTrack(tracks.audio ?? null), this.showCamera(leg)])
  }

  /** Keeps to this step of the ladder, also on later legs. */
  async keepTo(step: Step): Promise<void> {
    this.step = step
    if (this.leg) await this.showCamera(this.leg)
  }

  private build(): Leg {
    const connection = this.make({
      bundlePolicy: 'max-bundle',
      iceServers: this.hooks.iceServers().map(({ urls, username, credential }) => ({
        urls,
        ...(username && { username }),
        ...(credential && { credential }),
      })),
    })
    const { audio, video } = this.tracks
    const sendonly = { direction: 'sendonly' } as const
    const microphone = connection.addTransceiver(audio ?? 'audio', sendonly)
    const camera = connection.addTransceiver(this.cameraTrack(video) ?? 'video', {
      ...sendonly,
      sendEncodings: [this.encoding()],
    })
    // The node's contract has this line; a second picture stands beside the camera, on a connection of its own (second.ts).
    const screen = connection.addTransceiver('video', sendonly)
    const streams: MediaStream[] = []
    const received: RTCRtpTransceiver[] = []
    for (let lane = 0; lane < this.lanes; lane++) {
      const sound = connection.addTransceiver('audio', { direction: 'recvonly' })
      const picture = connection.addTransceiver('video', { direction: 'recvonly' })
      received.push(picture)
      streams.push(new MediaStream([sound.receiver.track, picture.receiver.track]))
    }
    for (const transceiver of [camera, screen, ...received]) preferVp8(transceiver)
    const leg: Leg = {
      number: ++this.count,
      connection,
      microphone,
      camera,
      streams,
      connected: false,
    }
    connection.onconnectionstatechange = () => this.moved(leg)
    return leg
  }

  private async negotiate(leg: Leg): Promise<void> {
    const { connection } = leg
    await connection.setLocalDescription(await connection.createOffer())
    await this.gathered(connection)
    const answer = await this.hooks.offer(connection.localDescription?.sdp ?? '', leg.number)
    if (this.leg !== leg) return
    await connection.setRemoteDescription({ type: 'answer', sdp: answer.sdp })
    this.hooks.receives(leg.streams)
  }

  /** Candidates go with the offer; the node also learns ours from our checks, so a short wait is enough. */
  private gathered(connection: RTCPeerConnection): Promise<void> {
    if (connection.iceGatheringState === 'complete') return Promise.resolve()
    return new Promise((resolve) => {
      const cancel = this.clock.after(GATHER_MS, () => done())
      const done = () => {
        cancel()
        connection.onicegatheringstatechange = null
        resolve()
      }
      connection.onicegatheringstatechange = () => connection.iceGatheringState === 'complete' && done()
    })
  }

  private moved(leg: Leg): void {
    if (this.leg !== leg) return
    const state = leg.connection.connectionState
    if (state === 'connected') {
      this.quiet()
      leg.connected = true
      this.tries = 0
      this.hooks.up(leg.number)
    } else if (state === 'failed' || state === 'closed') {
      this.broken()
    } else if (state === 'disconnected') {
      this.quiet()
      this.cancel = this.clock.after(DISCONNECTED_FOR_MS, () => this.broken())
    }
  }

  private broken(): void {
    this.hooks.down()
    this.again()
  }

  private again(): void {
    this.drop()
    const wait = RETRY_MS[Math.min(this.tries, RETRY_MS.length - 1)] as number
    this.tries += 1
    this.hooks.trying()
    this.cancel = this.clock.after(this.tries === 1 ? 0 : wait, () => void this.start())
  }

  private quiet(): void {
    this.cancel?.()
    this.cancel = undefined
  }

  private drop(): void {
    this.quiet()
    const leg = this.leg
    this.leg = undefined
    if (!leg) return
    leg.connection.onconnectionstatechange = null
    leg.connection.close()
  }

  private cameraTrack(video: MediaStreamTrack | undefined): MediaStreamTrack | undefined {
    return this.step?.maxBitrate === 0 ? undefined : video
  }

  private encoding(): RTCRtpEncodingParameters {
    const step = this.step
    if (!step || step.maxBitrate === 0) return { maxBitrate: 350_000, maxFramerate: 15 }
    return {
      maxBitrate: step.maxBitrate,
      scaleResolutionDownBy: step.scaleDownBy,
      maxFramerate: step.maxFramerate,
    }
  }

  private async showCamera(leg: Leg): Promise<void> {
    const { sender } = leg.camera
    await sender.replaceTrack(this.cameraTrack(this.tracks.video) ?? null)
    const parameters = sender.getParameters()
    const first = parameters.encodings[0]
    if (!first) return
    Object.assign(first, this.encoding())
    // Between two legs the sender may be gone; the next leg starts with the right encoding anyway.
    await sender.setParameters(parameters).catch(() => undefined)
  }
}

/** The recorder keeps VP8; asking for it first saves the node from refusing something else. */
function preferVp8(transceiver: RTCRtpTransceiver): void {
  const codecs = globalThis.RTCRtpReceiver?.getCapabilities?.('video')?.codecs ?? []
  const wanted = codecs.filter((codec) => /\/(VP8|rtx|red|ulpfec)$/i.test(codec.mimeType))
  if (wanted.some((codec) => /\/VP8$/i.test(codec.mimeType))) transceiver.setCodecPreferences?.(wanted)
}

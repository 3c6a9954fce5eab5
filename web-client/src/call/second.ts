/**
 * The second picture that this page shows in a room, beside its own: begun, kept up over lost lines and restarts, and
 * ended by hand, by the browser's own button, by who chairs, or with the call. It has a connection that only sends.
 *
 * Not here: where the picture comes from (secondSource.ts), whose picture the others show (rt/view.ts).
 */
import { wallClock, type Clock } from './clock'
import type { Step } from './ladder'
import { Peer, type PeerHooks } from './peer'
import { stepOf } from './secondSource'
import type { Call, CallView } from './session'
import { Problem } from '@/api/problem'
import type { Sender } from '@/rt/line'
import type { SecondSource } from '@/rt/messages'

export interface Showing {
  source: SecondSource
  track: MediaStreamTrack
}

export interface SecondView {
  showing: Showing | undefined
  /** Why there is none although one was wanted. */
  problem: Problem | undefined
}

interface SecondWorld {
  call: Pick<Call, 'room' | 'subscribe' | 'view'>
  line: Pick<Sender, 'on'>
  told: (view: SecondView) => void
  clock?: Clock
  peer?: (lanes: number, hooks: PeerHooks, clock: Clock) => Peer
}

/** Refusals of an offer after which the picture waits: the room says when it goes on, or that it is over. */
const WAITS = new Set(['recording-consent-needed', 'media-stopped'])
const PASSING = new Set(['not-in-room', 'media-unavailable', 'took-too-long', 'not-showing'])

export class SecondPicture {
  view: SecondView = { showing: undefined, problem: undefined }
  private peer: Peer | undefined
  private entries = 0
  /** Whether the room has said that it is shown: from then on its silence means that it is over. */
  private known = false
  private sends: number | undefined
  private readonly undo: (() => void)[]

  constructor(private readonly world: SecondWorld) {
    this.undo = [
      world.call.subscribe((view) => this.follow(view)),
      world.line.on('media:renew', () => void this.openMedia()),
    ]
  }

  /** Shows this; what was shown before by this page ends. A refusal stands in `problem`. */
  async show(source: SecondSource, track: MediaStreamTrack): Promise<void> {
    this.drop()
    track.onended = () => void this.stop()
    this.set({ showing: { source, track }, problem: undefined })
    if (await this.announce()) await this.openMedia()
  }

  /** Shows it no more. */
  async stop(): Promise<void> {
    if (!this.view.showing) return
    this.drop()
    await this.hide()
  }

  /** Ends anybody's, as who chairs may. */
  async hide(): Promise<void> {
    await this.world.call.room.hide().catch(() => undefined)
  }

  /** The page goes. */
  close(): void {
    for (const undo of this.undo.splice(0)) undo()
    this.drop()
  }

  private set(change: Partial<SecondView>): void {
    this.view = { ...this.view, ...change }
    this.world.told(this.view)
  }

  private async announce(): Promise<boolean> {
    const { showing } = this.view
    if (!showing) return false
    try {
      await this.world.call.room.show(showing.source)
    } catch (error) {
      if (this.view.showing === showing) this.drop(error instanceof Problem ? error : undefined)
    }
    return this.view.showing === showing
  }

  private follow({ state, room, step }: CallView): void {
    if (state.at === 'ended') return this.drop()
    if (!room) return
    const mine = room.second?.by === room.seat
    const entered = room.entries !== this.entries
    this.entries = room.entries
    if (!this.view.showing) {
      if (entered && mine) void this.hide() // what was shown before this page was loaded anew
      return
    }
    if (mine) this.known = true
    else if (entered) void this.announce()
    else if (this.known) return this.drop()
    void this.keepTo(stepOf(this.view.showing.source, step))
  }

  private async keepTo(step: Step): Promise<void> {
    if (this.sends === step.maxBitrate) return
    this.sends = step.maxBitrate
    await this.peer?.keepTo(step)
  }

  private async openMedia(): Promise<void> {
    const { showing } = this.view
    if (!showing) return
    this.peer?.stop()
    const { room } = this.world.call
    const hooks: PeerHooks = {
      offer: (sdp, leg) => room.offerSecond(sdp, leg),
      iceServers: () => room.iceServers,
      up: () => undefined,
      down: () => undefined,
      trying: () => undefined,
      receives: () => undefined,
      refused: (error) => this.refused(error),
      isRefusal: (error) => error instanceof Problem && !error.passing && !PASSING.has(error.code),
    }
    const clock = this.world.clock ?? wallClock
    const peer = this.world.peer?.(0, hooks, clock) ?? new Peer(0, hooks, clock)
    this.peer = peer
    await peer.send({ audio: undefined, video: showing.track })
    this.sends = undefined
    await this.keepTo(stepOf(showing.source, this.world.call.view.step))
    await peer.start()
  }

  private refused(error: unknown): void {
    const problem = error instanceof Problem ? error : undefined
    if (problem && WAITS.has(problem.code)) return
    this.drop(problem)
    void this.hide()
  }

  private drop(problem?: Problem): void {
    const { showing } = this.view
    this.peer?.stop()
    this.peer = undefined
    this.known = false
    if (!showing) return
    showing.track.onended = null
    showing.track.stop()
    this.set({ showing: undefined, problem })
  }
}

/**
 * One room from this page's side: enter with a ticket, come back with the seat token after every loss of the socket, fill
 * gaps in the numbering, say and share things.
 *
 * Not here: pictures and sound (call/), and what the room is for.
 */
import type { Sender } from './line'
import type {
  Answer,
  FromServer,
  IceServer,
  Joined,
  Publishes,
  QualityReport,
  RoomEvent,
  SecondSource,
} from './messages'
import { LatestWins, wallClock, type Clock } from './throttle'
import { apply, enter, ownKey, renewed, type RoomView } from './view'
import { Problem } from '@/api/problem'

const STATE_EVERY_MS = 50

export interface RoomHooks {
  /** The room has changed. */
  changed: (view: RoomView) => void
  /** The seat is lost for good: closed, taken over, removed, login over. */
  lost: (problem: Problem) => void
  renewMedia: (reason: FromServer['media:renew']['reason']) => void
  /** A new ticket, when the seat token is no longer taken. */
  ticket: () => Promise<string>
}

export class Room {
  view: RoomView | undefined
  iceServers: IceServer[] = []
  private seatToken: string | undefined
  private readonly undo: (() => void)[] = []
  private readonly counts = new Map<string, number>()
  private readonly sharing: LatestWins<unknown>
  private resyncing = false
  private highest = 0
  private left = false
  private entering: Promise<void> | undefined

  constructor(
    private readonly line: Sender,
    private readonly hooks: RoomHooks,
    clock: Clock = wallClock,
  ) {
    this.sharing = new LatestWins((key, value) => this.sendState(key, value), STATE_EVERY_MS, clock)
    this.undo.push(
      line.on('room:event', (event) => this.take(event)),
      line.on('media:renew', ({ reason }) => this.hooks.renewMedia(reason)),
      line.onState((state) => {
        if (state === 'on' && this.seatToken) void this.comeBack()
      }),
    )
  }

  /** Enters with a ticket. Raises the Problem of a refusal. */
  async join(ticket: string): Promise<RoomView> {
    this.seated(await this.line.ask('room:join', { ticket }))
    return this.view as RoomView
  }

  /** Leaves on purpose: the seat is free for nobody else to wait for. */
  async leave(): Promise<void> {
    this.stop()
    await this.line.ask('room:leave', {}).catch(() => undefined)
  }

  stop(): void {
    this.left = true
    this.sharing.stop()
    for (const undo of this.undo.splice(0)) undo()
  }

  offer(sdp: string, leg: number, publishes: Publishes): Promise<Answer> {
    return this.line.ask('media:offer', { sdp, leg, publishes }, 12_000)
  }

  /** Begins a second picture beside one's own, or says that it is of something else now. */
  show(source: SecondSource): Promise<object> {
    return this.line.ask('second:show', { source })
  }

  /** Ends the second picture: one's own, or, chairing, anybody's. */
  hide(): Promise<object> {
    return this.line.ask('second:hide', {})
  }

  offerSecond(sdp: string, leg: number): Promise<Answer> {
    return this.line.ask('media:offer', { sdp, leg, second: true }, 12_000)
  }

  connected(leg: number): void {
    void this.line.ask('media:connected', { leg }).catch(() => undefined)
  }

  publishing(publishes: Publishes): void {
    void this.line.ask('media:publishing', publishes).catch(() => undefined)
  }

  report(report: QualityReport): void {
    if (this.line.state === 'on') void this.line.ask('quality:report', report).catch(() => undefined)
  }

  remove(seat: string): Promise<object> {
    return this.line.ask('room:remove', { seat })
  }

  /** Lets somebody else chair; this page does no longer. */
  handOver(seat: string): Promise<object> {
    return this.line.ask('room:hand_over', { seat })
  }

  /** The seat that presents, if any. */
  get presenter(): string | null {
    return this.view?.presenter ?? null
  }

  /** Takes over presenting: from now on this page changes what everybody sees. */
  present(): Promise<object> {
    return this.line.ask('share:take', {})
  }

  /** Has another seat present, or nobody. */
  letPresent(seat: string | null): Promise<object> {
    return this.line.ask('share:give', { seat })
  }

  /** Shares a value under one's own seat, whoever presents: a cursor. */
  setOwn(name: string, value: unknown): void {
    if (this.view) this.set(ownKey(this.view.seat, name), value)
  }

  /** Shares a value: the latest of a key, at most twenty messages a second in all. */
  set(key: string, value: unknown): void {
    this.sharing.put(key, value)
  }

  /** Says a line; it stands in `pending` until the room has it. */
  async say(text: string | null, attachmentId: string | null = null): Promise<void> {
    const clientId = crypto.randomUUID()
    this.update((view) => ({
      ...view,
      pending: [...view.pending, { clientId, text, attachmentId, state: 'sending' }],
    }))
    await this.deliver(clientId)
  }

  /** Sends a failed line again, under the same id. */
  async deliver(clientId: string): Promise<void> {
    const line = this.view?.pending.find((one) => one.clientId === clientId)
    if (!line) return
    this.mark(clientId, 'sending')
    try {
      await this.line.ask('chat:send', {
        client_id: clientId,
        ...(line.text !== null && { text: line.text }),
        ...(line.attachmentId !== null && { attachment_id: line.attachmentId }),
      })
    } catch {
      this.mark(clientId, 'failed')
    }
  }

  private mark(clientId: string, state: 'sending' | 'failed'): void {
    this.update((view) => ({
      ...view,
      pending: view.pending.map((one) => (one.clientId === clientId ? { ...one, state } : one)),
    }))
  }

  private update(change: (view: RoomView) => RoomView): void {
    if (!this.view) return
    const next = change(this.view)
    if (next === this.view) return
    this.view = next
    this.hooks.changed(next)
  }

  private seated(joined: Joined): void {
    this.seatToken = joined.seat_token
    this.iceServers = joined.ice_servers
    this.view = enter(joined, this.view)
    this.hooks.changed(this.view)
    for (const line of this.view.pending) void this.deliver(line.clientId)
  }

  private comeBack(): Promise<void> {
    this.entering ??= this.reenter().finally(() => {
      this.entering = undefined
    })
    return this.entering
  }

  private async reenter(): Promise<void> {
    if (this.left || !this.seatToken) return
    try {
      this.seated(
        await this.line.ask('room:join', { seat_token: this.seatToken, last_seq: this.view?.seq ?? 0 }),
      )
    } catch (error) {
      const problem = error as Problem
      if (problem.passing || this.line.state !== 'on') return
      if (problem.code === 'ticket-not-valid') await this.enterAnew()
      else this.hooks.lost(problem)
    }
  }

  private async enterAnew(): Promise<void> {
    try {
      this.seated(await this.line.ask('room:join', { ticket: await this.hooks.ticket() }))
    } catch (error) {
      if (error instanceof Problem && !error.passing) this.hooks.lost(error)
    }
  }

  private take(event: RoomEvent): void {
    const view = this.view
    if (!view || this.left) return
    if (event.kind !== 'taken_over' && event.seq > view.seq + 1) {
      this.highest = Math.max(this.highest, event.seq)
      void this.resync()
      return
    }
    this.update((now) => apply(now, event))
  }

  /** Asks for what was missed; too long ago gives the room as it is. */
  private async resync(): Promise<void> {
    if (this.resyncing || !this.view) return
    this.resyncing = true
    try {
      const missed = await this.line.ask('room:resync', { last_seq: this.view.seq })
      this.update((view) => {
        if (missed.snapshot) return renewed(missed.snapshot, view)
        const caught = missed.events.reduce(apply, view)
        return { ...caught, seq: Math.max(caught.seq, missed.seq) }
      })
    } catch {
      this.highest = 0 // The next event or the next connection asks again.
    } finally {
      this.resyncing = false
    }
    if (this.view.seq < this.highest && !this.left) void this.resync()
  }

  private sendState(key: string, value: unknown): void {
    const seq = (this.counts.get(key) ?? 0) + 1
    this.counts.set(key, seq)
    void this.line.ask('state:set', { key, value, seq }).catch(() => undefined)
  }
}

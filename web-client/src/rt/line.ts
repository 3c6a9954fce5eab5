/**
 * The one socket of this tab: opened when somebody needs it, opened again after a loss, and at once when the network or
 * the person comes back. Every message is acknowledged; a refusal is raised as a Problem.
 *
 * Not here: what is watched (topics.ts), rooms (room.ts), who is signed in (api/login.ts).
 */
import type { Ack, FromClient, FromServer } from './messages'
import { Socket, type Ending } from './socket'
import { freshToken, onToken, renew, tokenEndsAt } from '@/api/login'
import { offlineProblem, Problem } from '@/api/problem'
import { shown } from '@/view/settings'

export type LineState = 'off' | 'connecting' | 'on' | 'lost'
type Handler<E extends keyof FromServer> = (message: FromServer[E]) => void

const RENEW_BEFORE_MS = 60_000
const ACK_MS = 8_000
const CONNECT_WITHIN_MS = 8_000
const FIRST_PAUSE_MS = 300
const LONGEST_PAUSE_MS = 2_500
// The server wants us gone for now, or does not take us: hurrying would not help.
const PAUSE_AFTER_MS = { dismissed: 1_000, refused: 10_000 } as const

/** The part of the socket that others need; a fake of it stands in unit tests. */
export interface Sender {
  ask<E extends keyof FromClient>(
    event: E,
    payload: FromClient[E][0],
    timeoutMs?: number,
  ): Promise<FromClient[E][1]>
  on<E extends keyof FromServer>(event: E, handler: Handler<E>): () => void
  onState(listener: (state: LineState) => void): () => void
  readonly state: LineState
}

export class Line implements Sender {
  /** This page among the person's pages: the same through reconnections, another after a reload. */
  readonly client = crypto.randomUUID()
  state: LineState = 'off'
  private socket: Socket | undefined
  private readonly handlers = new Map<string, Set<(message: never) => void>>()
  private readonly listeners = new Set<(state: LineState) => void>()
  private renewal: number | undefined
  private retry: number | undefined
  private failures = 0
  /** Counts the connections: what an older one does late is not heard. */
  private turn = 0

  constructor() {
    onToken((token) => {
      this.keepLogin()
      if (!token) return
      if (this.state === 'on') void this.ask('session:renew', { token }).catch(() => undefined)
      // Somebody signed in again: whoever listened still does.
      if (this.handlers.size > 0) this.open()
    })
    addEventListener('online', () => this.again())
    addEventListener('offline', () => {
      if (this.state === 'on') this.lost()
    })
    document.addEventListener(
      'visibilitychange',
      () => document.visibilityState === 'visible' && this.again(),
    )
  }

  open(): void {
    if (this.state !== 'off') return
    this.become('connecting')
    void this.connect()
  }

  close(): void {
    window.clearTimeout(this.renewal)
    this.drop()
    this.become('off')
  }

  async ask<E extends keyof FromClient>(
    event: E,
    payload: FromClient[E][0],
    timeoutMs = ACK_MS,
  ): Promise<FromClient[E][1]> {
    if (!this.socket?.connected) throw offlineProblem()
    let ack: Ack<FromClient[E][1]>
    try {
      ack = (await this.socket.ask(event, payload, timeoutMs)) as Ack<FromClient[E][1]>
    } catch {
      throw offlineProblem()
    }
    if (!ack.ok) throw new Problem(ack.problem)
    return ack
  }

  on<E extends keyof FromServer>(event: E, handler: Handler<E>): () => void {
    this.open()
    const handlers = this.handlers.get(event) ?? new Set()
    this.handlers.set(event, handlers.add(handler))
    return () => handlers.delete(handler)
  }

  onState(listener: (state: LineState) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  private become(state: LineState): void {
    if (state === this.state) return
    this.state = state
    for (const listener of [...this.listeners]) listener(state)
  }

  private async connect(): Promise<void> {
    const turn = this.drop()
    let token: string
    try {
      token = await freshToken()
    } catch (error) {
      if (turn !== this.turn) return
      if (error instanceof Problem && error.status === 401) this.close()
      else this.lost()
      return
    }
    if (turn !== this.turn) return
    const language = shown.language === 'en' ? 'en' : 'zh'
    const hooks = {
      taken: () => this.taken(),
      told: (event: string, message: unknown) => this.tell(event, message),
      over: (how: Ending) => this.lost(how),
    }
    this.socket = new Socket('/rt/', { token, client: this.client, language }, hooks, CONNECT_WITHIN_MS)
  }

  private taken(): void {
    this.failures = 0
    this.become('on')
    this.keepLogin()
  }

  private tell(event: string, message: unknown): void {
    for (const handler of [...(this.handlers.get(event) ?? [])]) handler(message as never)
  }

  /** Comes back after a pause: short at first, and not the same for all who were lost together. */
  private lost(how: Ending = 'lost'): void {
    this.drop()
    this.become('lost')
    const longest = Math.min(FIRST_PAUSE_MS * 2 ** this.failures++, LONGEST_PAUSE_MS)
    const pause = how === 'lost' ? longest * (0.5 + Math.random()) : PAUSE_AFTER_MS[how]
    this.retry = window.setTimeout(() => void this.connect(), pause)
  }

  /** Connects now instead of after the current pause. */
  private again(): void {
    if (this.state === 'lost') void this.connect()
  }

  /** Lets go of the present connection, and of a wish for the next one. */
  private drop(): number {
    window.clearTimeout(this.retry)
    this.socket?.close()
    this.socket = undefined
    return ++this.turn
  }

  /** A call is longer than an access token: renew it in time, the new one goes over the open socket. */
  private keepLogin(): void {
    window.clearTimeout(this.renewal)
    if (this.state !== 'on') return
    const wait = Math.max(5_000, tokenEndsAt() - Date.now() - RENEW_BEFORE_MS)
    this.renewal = window.setTimeout(() => void renew().catch(() => this.keepLogin()), wait)
  }
}

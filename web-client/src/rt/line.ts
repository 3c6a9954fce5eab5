/**
 * The one socket of this tab: opened when somebody needs it, opened again by itself after a loss, and at once when the
 * network or the person comes back. Every message is acknowledged; a refusal is raised as a Problem.
 *
 * Not here: what is watched (topics.ts), rooms (room.ts), who is signed in (api/login.ts).
 */
import { io, type Socket } from 'socket.io-client'
import type { Ack, FromClient, FromServer } from './messages'
import { freshToken, onToken, renew, tokenEndsAt } from '@/api/login'
import { offlineProblem, Problem } from '@/api/problem'
import { shown } from '@/view/settings'

export type LineState = 'off' | 'connecting' | 'on' | 'lost'
type Handler<E extends keyof FromServer> = (message: FromServer[E]) => void

const RENEW_BEFORE_MS = 60_000
const ACK_MS = 8_000

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
  private readonly listeners = new Set<(state: LineState) => void>()
  private renewal: number | undefined
  private wasOffline = false

  open(): void {
    if (this.socket) return
    this.socket = io({
      path: '/rt/',
      transports: ['websocket'],
      reconnectionDelay: 300,
      reconnectionDelayMax: 2500,
      timeout: 8000,
      auth: (send) => void this.introduce(send),
    })
    this.socket.on('connect', () => {
      this.become('on')
      this.keepLogin()
    })
    this.socket.on('disconnect', (reason) => {
      this.become('lost')
      // The server closed it on purpose: socket.io does not come back by itself then.
      if (reason === 'io server disconnect') window.setTimeout(() => this.again(), 1000)
    })
    this.socket.on('connect_error', () => this.become('lost'))
    onToken((token) => {
      if (token && this.state === 'on') void this.ask('session:renew', { token }).catch(() => undefined)
      this.keepLogin()
    })
    addEventListener('online', () => this.again())
    addEventListener('offline', () => {
      this.wasOffline = true
      if (this.state === 'on') this.become('lost')
    })
    document.addEventListener(
      'visibilitychange',
      () => document.visibilityState === 'visible' && this.again(),
    )
    this.become('connecting')
  }

  close(): void {
    window.clearTimeout(this.renewal)
    this.socket?.disconnect()
    this.socket?.removeAllListeners()
    this.socket = undefined
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
      ack = (await this.socket.timeout(timeoutMs).emitWithAck(event, payload)) as Ack<FromClient[E][1]>
    } catch {
      throw offlineProblem()
    }
    if (!ack.ok) throw new Problem(ack.problem)
    return ack
  }

  on<E extends keyof FromServer>(event: E, handler: Handler<E>): () => void {
    this.open()
    const listener = handler as (...args: unknown[]) => void
    this.socket?.on(event as string, listener)
    return () => this.socket?.off(event as string, listener)
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

  private async introduce(send: (auth: object) => void): Promise<void> {
    try {
      const token = await freshToken()
      send({ token, client: this.client, language: shown.language === 'en' ? 'en' : 'zh' })
    } catch (error) {
      if (error instanceof Problem && error.status === 401) this.close()
      else window.setTimeout(() => this.again(), 2000)
    }
  }

  /** Connects now instead of after the current pause. */
  private again(): void {
    const socket = this.socket
    if (!socket || (socket.connected && !this.wasOffline)) return
    this.wasOffline = false
    socket.disconnect().connect()
  }

  /** A call is longer than an access token: renew it in time, the new one goes over the open socket. */
  private keepLogin(): void {
    window.clearTimeout(this.renewal)
    if (this.state !== 'on') return
    const wait = Math.max(5_000, tokenEndsAt() - Date.now() - RENEW_BEFORE_MS)
    this.renewal = window.setTimeout(() => void renew().catch(() => this.keepLogin()), wait)
  }
}

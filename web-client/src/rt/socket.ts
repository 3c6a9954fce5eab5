/**
 * One connection that speaks Socket.IO 5 on Engine.IO 4, as much of it as `/rt/` does: a WebSocket with text frames, one
 * namespace, JSON, and an acknowledgement for what we send (signaling/wire.py refuses everything else).
 *
 * Their own client is 13 KB, a fifth of what a patient's first page may weigh; most of it is for what we never use.
 * Not here: who connects, and coming back after a loss (line.ts).
 */

export interface Hooks {
  /** The server has taken us. */
  taken: () => void
  told: (event: string, message: unknown) => void
  /** The end, told once: refused at the door, closed by the server on purpose, or lost. */
  over: (how: Ending) => void
}
export type Ending = 'refused' | 'dismissed' | 'lost'

// Engine.IO's packet types, and Socket.IO's inside of MESSAGE.
const OPEN = '0'
const PING = '2'
const PONG = '3'
const CONNECT = '40'
const DISCONNECT = '41'
const EVENT = '42'
const ACK = '43'
const REFUSED = '44'

interface Asked {
  answered: (answer: unknown) => void
  failed: () => void
}

export class Socket {
  connected = false
  private readonly wire: WebSocket
  private readonly asked = new Map<number, Asked>()
  private lastId = 0
  private silence = 0
  private silenceMs: number

  constructor(
    path: string,
    private readonly introduction: object,
    private readonly hooks: Hooks,
    connectWithinMs: number,
  ) {
    this.wire = new WebSocket(`${location.origin.replace('http', 'ws')}${path}?EIO=4&transport=websocket`)
    this.wire.onmessage = ({ data }) => this.take(String(data))
    this.wire.onclose = () => this.end('lost')
    this.silenceMs = connectWithinMs
    this.expectMore()
  }

  /** What the server acknowledges with. Rejects when it does not in time, or when the connection is over before. */
  ask(event: string, payload: unknown, withinMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = this.lastId++
      const settle = () => {
        window.clearTimeout(timer)
        this.asked.delete(id)
      }
      const failed = () => {
        settle()
        reject(new Error('no acknowledgement'))
      }
      const timer = window.setTimeout(failed, withinMs)
      const answered = (answer: unknown) => {
        settle()
        resolve(answer)
      }
      this.asked.set(id, { answered, failed })
      this.wire.send(`${EVENT}${id}${JSON.stringify([event, payload])}`)
    })
  }

  /** Ends it from this side, once, telling nobody but those who wait for an answer. */
  close(): void {
    window.clearTimeout(this.silence)
    this.connected = false
    this.wire.onmessage = this.wire.onclose = null
    this.wire.close()
    for (const one of [...this.asked.values()]) one.failed()
  }

  private end(how: Ending): void {
    this.close()
    this.hooks.over(how)
  }

  /** The server pings: one that is silent for too long is gone, whatever the network says. */
  private expectMore(): void {
    window.clearTimeout(this.silence)
    this.silence = window.setTimeout(() => this.end('lost'), this.silenceMs)
  }

  private take(packet: string): void {
    this.expectMore()
    if (packet === PING) this.wire.send(PONG)
    else if (packet.startsWith(OPEN)) {
      const { pingInterval, pingTimeout } = JSON.parse(packet.slice(1)) as Record<string, number>
      this.silenceMs = (pingInterval ?? 0) + (pingTimeout ?? 0)
      this.wire.send(`${CONNECT}${JSON.stringify(this.introduction)}`)
    } else {
      const [, kind, id, body] = /^(4\d)(\d*)(.*)$/s.exec(packet) ?? []
      this.takeMessage(kind, Number(id), body)
    }
  }

  private takeMessage(kind: string | undefined, id: number, body = ''): void {
    if (kind === EVENT) {
      const [event, message] = JSON.parse(body) as [string, unknown]
      this.hooks.told(event, message)
    } else if (kind === ACK) this.asked.get(id)?.answered((JSON.parse(body) as unknown[])[0])
    else if (kind === CONNECT) {
      this.connected = true
      this.hooks.taken()
    } else if (kind === REFUSED) this.end('refused')
    else if (kind === DISCONNECT) this.end('dismissed')
  }
}

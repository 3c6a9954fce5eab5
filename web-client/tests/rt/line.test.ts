import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Line } from '@/rt/line'

/** The browser's WebSocket; the test is the server at its other end. */
class Wire {
  static readonly made: Wire[] = []
  readonly sent: string[] = []
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: (() => void) | null = null

  constructor(readonly address: string) {
    Wire.made.push(this)
  }

  static get last(): Wire {
    return Wire.made.at(-1) as Wire
  }

  send(packet: string): void {
    this.sent.push(packet)
  }

  close(): void {
    this.onclose?.()
  }

  says(packet: string): void {
    this.onmessage?.({ data: packet })
  }

  letsIn(): void {
    this.says('0{"sid":"e","upgrades":[],"pingInterval":10000,"pingTimeout":8000,"maxPayload":100000}')
    this.says('40{"sid":"s"}')
  }
}

describe('the socket of a tab', () => {
  let line: Line
  let hold: (typeof import('@/api/login'))['hold']

  beforeEach(async () => {
    Wire.made.length = 0
    vi.useFakeTimers()
    vi.stubGlobal('WebSocket', Wire)
    vi.resetModules()
    hold = (await import('@/api/login')).hold
    hold({ access_token: 'good', expires_in_s: 300 })
    line = new (await import('@/rt/line')).Line()
    line.open()
    await vi.advanceTimersByTimeAsync(0)
  })
  afterEach(() => {
    line.close()
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  test('introduces itself and is on when it is let in', () => {
    expect(Wire.last.address).toMatch(/^ws.*\/rt\/\?EIO=4&transport=websocket$/)
    expect(line.state).toBe('connecting')
    Wire.last.letsIn()
    expect(Wire.last.sent).toEqual([
      `40${JSON.stringify({ token: 'good', client: line.client, language: 'zh' })}`,
    ])
    expect(line.state).toBe('on')
  })

  test('answers pings, tells events, and gives each question its own answer', async () => {
    Wire.last.letsIn()
    const told: unknown[] = []
    line.on('changed', (message) => told.push(message))
    Wire.last.says('2')
    Wire.last.says('42["changed",{"topic":"visit:1","id":null}]')
    Wire.last.says('6')
    expect(told).toEqual([{ topic: 'visit:1', id: null }])

    const first = line.ask('topic:watch', { topic: 'a' })
    const second = line.ask('topic:watch', { topic: 'b' })
    expect(Wire.last.sent.slice(1)).toEqual([
      '3',
      '420["topic:watch",{"topic":"a"}]',
      '421["topic:watch",{"topic":"b"}]',
    ])
    Wire.last.says('431[{"ok":false,"problem":{"code":"not-allowed","status":403}}]')
    Wire.last.says('430[{"ok":true}]')
    await expect(first).resolves.toEqual({ ok: true })
    await expect(second).rejects.toMatchObject({ code: 'not-allowed' })
  })

  test('a question without an answer is one without a network', async () => {
    await expect(line.ask('topic:watch', { topic: 'a' })).rejects.toMatchObject({ offline: true })
    Wire.last.letsIn()
    const late = expect(line.ask('topic:watch', { topic: 'a' }, 500)).rejects.toMatchObject({ offline: true })
    await vi.advanceTimersByTimeAsync(500)
    await late
    const cut = expect(line.ask('topic:watch', { topic: 'a' })).rejects.toMatchObject({ offline: true })
    Wire.last.close()
    await cut
  })

  test('comes back after a loss, and keeps its listeners', async () => {
    const told: unknown[] = []
    line.on('changed', (message) => told.push(message))
    Wire.last.letsIn()
    Wire.last.close()
    expect(line.state).toBe('lost')
    await vi.advanceTimersByTimeAsync(450)
    expect(Wire.made).toHaveLength(2)
    Wire.last.letsIn()
    expect(line.state).toBe('on')
    Wire.last.says('42["changed",{"topic":"visit:1","id":null}]')
    expect(told).toHaveLength(1)
  })

  test('a server that is silent for longer than it promised is lost', async () => {
    Wire.last.letsIn()
    await vi.advanceTimersByTimeAsync(17_000)
    Wire.last.says('2')
    await vi.advanceTimersByTimeAsync(17_000)
    expect(line.state).toBe('on')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(line.state).toBe('lost')
  })

  test('one that nobody lets in is given up and tried again', async () => {
    await vi.advanceTimersByTimeAsync(8_000)
    expect(line.state).toBe('lost')
    await vi.advanceTimersByTimeAsync(450)
    expect(Wire.made).toHaveLength(2)
  })

  test('the person who comes back does not wait for the pause', async () => {
    Wire.last.says('44{"message":"refused"}')
    await vi.advanceTimersByTimeAsync(5_000)
    expect(Wire.made).toHaveLength(1)
    window.dispatchEvent(new Event('online'))
    await vi.advanceTimersByTimeAsync(0)
    expect(Wire.made).toHaveLength(2)
  })

  test('sent away with its login over it rests, until somebody signs in again', async () => {
    line.on('changed', () => undefined)
    Wire.last.letsIn()
    hold(undefined)
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('{}', { status: 401 })))
    Wire.last.says('41')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(line.state).toBe('off')
    hold({ access_token: 'next', expires_in_s: 300 })
    await vi.advanceTimersByTimeAsync(0)
    Wire.last.letsIn()
    expect(line.state).toBe('on')
    expect(Wire.last.sent[0]).toContain('"token":"next"')
  })

  test('a new token goes over the open socket', () => {
    Wire.last.letsIn()
    hold({ access_token: 'newer', expires_in_s: 300 })
    expect(Wire.last.sent.at(-1)).toBe('420["session:renew",{"token":"newer"}]')
  })
})

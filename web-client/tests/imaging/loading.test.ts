import { describe, expect, test, vi } from 'vitest'
import { ByteCache, pixelBudget } from '@/imaging/cache'
import { RequestQueue, type Wish } from '@/imaging/queue'
import type { Raster } from '@/imaging/raster'
import { Stack, type PreviewPart, type Transport } from '@/imaging/stack'
import type { Slice } from '@/imaging/study'
import { aSeries } from './studies'

const settled = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}

describe('the cache', () => {
  test('what was not used for longest goes first', () => {
    const cache = new ByteCache<string>(30)
    for (const key of ['a', 'b', 'c']) cache.put(key, key, 10)
    cache.get('a')
    cache.put('d', 'd', 10)
    expect(['a', 'b', 'c', 'd'].filter((key) => cache.has(key))).toEqual(['a', 'c', 'd'])
    expect(cache.bytes).toBe(30)
  })
  test('what is put again counts once, and one that is too large alone is still shown', () => {
    const cache = new ByteCache<string>(30)
    cache.put('a', '1', 10)
    cache.put('a', '2', 20)
    expect([cache.bytes, cache.get('a')]).toEqual([20, '2'])
    cache.put('large', 'x', 99)
    expect([cache.has('a'), cache.has('large'), cache.bytes]).toEqual([false, true, 99])
  })
  test('a phone gives 120 MB', () => {
    expect(pixelBudget({ memoryGb: 8, phone: true })).toBe(120 * 1024 * 1024)
    expect(pixelBudget({ memoryGb: 8, phone: false })).toBeGreaterThan(300 * 512 * 512 * 2)
  })
})

/** Requests that end when the test says so. */
class Line {
  readonly running = new Map<
    string,
    { done: () => void; fail: (error: Error) => void; signal: AbortSignal }
  >()
  readonly asked: string[] = []

  ask<T>(key: string, answer: T, signal: AbortSignal): Promise<T> {
    this.asked.push(key)
    return new Promise<T>((resolve, reject) => {
      const gone = () => this.running.delete(key)
      this.running.set(key, {
        done: () => (gone(), resolve(answer)),
        fail: (error) => (gone(), reject(error)),
        signal,
      })
      signal.addEventListener('abort', () => (gone(), reject(new DOMException('gone', 'AbortError'))))
    })
  }
  wish(key: string, rank: number): Wish {
    return { key, rank, run: async (signal) => void (await this.ask(key, undefined, signal)) }
  }
  async end(key: string): Promise<void> {
    this.running.get(key)?.done()
    await settled()
  }
}

describe('the queue', () => {
  test('six run at once, the most wanted first', async () => {
    const line = new Line()
    const queue = new RequestQueue(6)
    queue.want([9, 3, 7, 1, 5, 2, 8, 4].map((rank) => line.wish(`r${rank}`, rank)))
    expect(line.asked).toEqual(['r1', 'r2', 'r3', 'r4', 'r5', 'r7'])
    await line.end('r3')
    expect(line.asked.at(-1)).toBe('r8')
  })
  test('what is wanted no more is cancelled, what still is goes on', async () => {
    const line = new Line()
    const queue = new RequestQueue(2)
    queue.want([line.wish('a', 1), line.wish('b', 2)])
    const still = line.running.get('b')
    queue.want([line.wish('b', 1), line.wish('c', 2)])
    await settled()
    expect([...line.running.keys()]).toEqual(['b', 'c'])
    expect(line.running.get('b')).toBe(still)
    expect(line.asked).toEqual(['a', 'b', 'c'])
  })
  test('what is wanted most need not wait behind what is far less wanted, which comes again', async () => {
    const line = new Line()
    const queue = new RequestQueue(2)
    queue.want([line.wish('far', 5000), line.wish('near', 10)])
    queue.want([line.wish('far', 5000), line.wish('near', 10), line.wish('now', 0)])
    await settled()
    expect([...line.running.keys()]).toEqual(['near', 'now'])
    await line.end('now')
    expect([...line.running.keys()]).toEqual(['near', 'far'])
  })
  test('a failure is tried again after a pause, unless that would not help', async () => {
    vi.useFakeTimers()
    const line = new Line()
    const queue = new RequestQueue(2, { failed: (_, error) => (error as Error).message !== 'never' })
    queue.want([line.wish('a', 1), line.wish('b', 2)])
    line.running.get('a')?.fail(new Error('weak line'))
    line.running.get('b')?.fail(new Error('never'))
    await settled()
    expect(line.running.size).toBe(0)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(line.asked).toEqual(['a', 'b', 'a'])
    vi.useRealTimers()
  })
  test('stopped, it cancels all and starts nothing', async () => {
    const line = new Line()
    const queue = new RequestQueue(1)
    queue.want([line.wish('a', 1), line.wish('b', 2)])
    queue.stop()
    await settled()
    expect(line.running.size).toBe(0)
    expect(line.asked).toEqual(['a'])
  })
})

class SlowServer extends Line implements Transport {
  raster = (bytes: number): Raster => ({
    rows: 1,
    columns: bytes / 2,
    samples: 1,
    values: new Int16Array(bytes / 2),
    slope: 1,
    intercept: 0,
    photometric: 'MONOCHROME2',
    coarse: [1, 1],
  })
  pixels(slice: Slice, signal: AbortSignal): Promise<Raster> {
    return this.ask(slice.key, this.raster(4 * 6 * 2), signal)
  }
  preview(slice: Slice, _size: number, signal: AbortSignal): Promise<Raster> {
    return this.ask(`one ${slice.key}`, this.raster(8), signal)
  }
  async previews(
    part: PreviewPart,
    each: (slice: Slice, raster: Raster) => void,
    signal: AbortSignal,
  ): Promise<void> {
    await this.ask(`part ${part.first}+${part.count}`, undefined, signal)
    for (const slice of part.slices.slice(part.first, part.first + part.count)) each(slice, this.raster(8))
  }
}
const SLICE = 4 * 6 * 2

function opened(
  count: number,
  memory = Infinity,
): { server: SlowServer; stack: Stack; pixels: ByteCache<Raster> } {
  const server = new SlowServer()
  const pixels = new ByteCache<Raster>(memory)
  const stack = new Stack(aSeries(count), {
    transport: server,
    pixels,
    previewSize: 256,
    changed: () => undefined,
    hopeful: () => true,
  })
  return { server, stack, pixels }
}

describe('a stack', () => {
  test('the first picture has the line to itself, also when it fails', async () => {
    for (const end of ['done', 'fail'] as const) {
      const { server, stack } = opened(100)
      stack.focus(50)
      expect(server.asked).toEqual(['one i51/1'])
      server.running.get('one i51/1')?.[end](new Error('no picture'))
      await settled()
      expect(server.asked.length).toBeGreaterThan(1)
    }
  })
  test('the slice that is looked at is asked for first, then previews, then its neighbours', async () => {
    const { server, stack } = opened(100)
    stack.focus(50)
    await server.end('one i51/1')
    expect(server.asked.slice(0, 4)).toEqual(['one i51/1', 'i51/1', 'part 48+24', 'part 24+24'])
    expect(server.asked.slice(4)).toEqual(['i52/1', 'i53/1', 'i50/1'])
  })
  test('while somebody scrolls no whole pixels are asked for', async () => {
    const { server, stack } = opened(100)
    stack.focus(50, false)
    await server.end('one i51/1')
    expect(server.asked).toEqual(['one i51/1', 'part 48+24', 'part 24+24'])
  })
  test('what scrolled away is cancelled', async () => {
    const { server, stack } = opened(300)
    stack.focus(0)
    await server.end('one i1/1')
    expect(server.running.has('i1/1')).toBe(true)
    stack.focus(200)
    await settled()
    expect(server.running.has('i201/1')).toBe(true)
    expect([...server.running.keys()].some((key) => /^i[1-9]\/1$|part 0\+/.test(key))).toBe(false)
  })
  test('previews of all come, the nearest part first, and each once', async () => {
    const { server, stack } = opened(60)
    stack.focus(0)
    await server.end('one i1/1')
    for (const part of ['part 0+24', 'part 24+24', 'part 48+12']) {
      expect(server.running.has(part)).toBe(true)
      await server.end(part)
    }
    expect(stack.progress().previews).toBe(60)
    expect(server.asked.filter((key) => key.startsWith('part'))).toHaveLength(3)
    expect(stack.at(59)?.quality).toBe('preview')
  })
  test('whole pixels replace previews', async () => {
    const { server, stack } = opened(3)
    stack.focus(0)
    await server.end('one i1/1')
    await server.end('part 0+3')
    expect(stack.at(0)?.quality).toBe('preview')
    await server.end('i1/1')
    expect(stack.at(0)?.quality).toBe('pixels')
  })
  test('no more is held than the device may, and what lies near is kept', async () => {
    const { server, stack, pixels } = opened(40, 10 * SLICE)
    for (const at of [0, 20]) {
      stack.focus(at)
      for (let i = 0; i < 200 && server.running.size > 0; i++) {
        await server.end([...server.running.keys()][0] as string)
        expect(pixels.bytes).toBeLessThanOrEqual(10 * SLICE)
      }
      expect(stack.progress().pixels).toBe(10)
      expect(stack.at(at)?.quality).toBe('pixels')
    }
    const held = stack.slices.flatMap(({ key }, i) => (pixels.has(key) ? [i] : []))
    expect(Math.min(...held)).toBeGreaterThanOrEqual(15)
    expect(Math.max(...held)).toBeLessThanOrEqual(28)
    expect(server.running.size).toBe(0)
  })
  test('a stack that nobody looks at asks for nothing more and keeps what came', async () => {
    const { server, stack } = opened(5)
    stack.focus(0)
    await server.end('one i1/1')
    await server.end('i1/1')
    stack.rest()
    await settled()
    expect(server.running.size).toBe(0)
    expect(stack.at(0)?.quality).toBe('pixels')
  })
})

/**
 * The slices of one series on their way into memory: small previews of all, then pixels around the slice that is shown,
 * as many as the device may hold; what scrolled away is cancelled.
 */
import type { ByteCache } from './cache'
import { RequestQueue, type Wish } from './queue'
import { bytesOf, type Raster } from './raster'
import { slicesOf, type InstanceView, type SeriesView, type Slice } from './study'

export interface Transport {
  /** The stored values of a frame. */
  pixels(slice: Slice, signal: AbortSignal): Promise<Raster>
  /** A small picture of one frame. */
  preview(slice: Slice, size: number, signal: AbortSignal): Promise<Raster>
  /** Small pictures of a part of a series, told one by one as they come. */
  previews(
    part: PreviewPart,
    each: (slice: Slice, raster: Raster) => void,
    signal: AbortSignal,
  ): Promise<void>
}

export interface PreviewPart {
  series: SeriesView
  slices: readonly Slice[]
  first: number
  count: number
  size: number
}

export interface Shown {
  raster: Raster
  quality: 'pixels' | 'preview'
}

export interface Progress {
  total: number
  previews: number
  pixels: number
  /** As many whole pictures as this device may hold. */
  fits: number
  /** Slices whose last try failed. */
  failed: number
}

export interface StackOptions {
  transport: Transport
  /** Shared by all stacks of a viewer. */
  pixels: ByteCache<Raster>
  previewSize: number
  /** Something of this stack has come or failed. */
  changed: (slice: Slice | undefined) => void
  /** Whether trying again may help. */
  hopeful: (error: unknown) => boolean
}

const PREVIEWS_AT_ONCE = 24
const RANK = { preview: 0, pixels: 1, batch: 10, around: 2000 } as const

export class Stack {
  readonly slices: readonly Slice[]
  private readonly previews = new Map<string, Raster>()
  private readonly failures = new Map<string, unknown>()
  /** Parts that were answered, with fewer pictures perhaps. */
  private readonly answered = new Set<number>()
  private readonly queue: RequestQueue
  private index = 0
  private heading = 1
  private resting = false
  /** The first picture has come or failed: until then it has the line to itself. */
  private begun = false

  constructor(
    readonly series: SeriesView,
    private readonly options: StackOptions,
  ) {
    this.slices = slicesOf(series)
    this.queue = new RequestQueue(6, { failed: (key, error) => this.noteFailed(key, error) })
  }

  /** The best there is of a slice. */
  at(index: number): Shown | undefined {
    const key = this.slices[index]?.key
    if (key === undefined) return undefined
    const whole = this.options.pixels.get(key)
    if (whole) return { raster: whole, quality: 'pixels' }
    const small = this.previews.get(key)
    return small && { raster: small, quality: 'preview' }
  }

  /** Why a slice is not there, as far as is known. */
  failure(index: number): unknown {
    return this.failures.get(this.slices[index]?.key ?? '')
  }

  progress(): Progress {
    const { pixels } = this.options
    return {
      total: this.slices.length,
      previews: this.slices.filter(({ key }) => this.previews.has(key) || pixels.has(key)).length,
      pixels: this.slices.filter(({ key }) => pixels.has(key)).length,
      fits: this.around().length,
      failed: this.failures.size,
    }
  }

  /** This slice is shown now. `resting`: nobody is scrolling, so whole pixels are worth asking for. */
  focus(index: number, resting = true): void {
    if (index !== this.index) this.heading = index > this.index ? 1 : -1
    this.index = index
    this.resting = resting
    this.plan()
  }

  again(): void {
    this.failures.clear()
    this.answered.clear()
    this.queue.again()
    this.plan()
  }

  /** Nobody looks at it now: nothing more is asked for, what came is kept. */
  rest(): void {
    this.queue.want([])
  }

  stop(): void {
    this.queue.stop()
  }

  private plan(): void {
    const now = this.currentWishes()
    if (this.begun || now.length === 0)
      this.queue.want([...now, ...this.previewWishes(), ...this.pixelWishes()])
    else this.queue.want(now)
  }

  private begin(): void {
    if (this.begun) return
    this.begun = true
    queueMicrotask(() => this.plan())
  }

  private currentWishes(): Wish[] {
    const slice = this.slices[this.index]
    if (!slice || this.previews.has(slice.key) || this.options.pixels.has(slice.key)) return []
    return [
      {
        key: `one:${slice.key}`,
        rank: RANK.preview,
        run: async (signal) => {
          const { transport, previewSize } = this.options
          this.keepPreview(slice, await transport.preview(slice, previewSize, signal))
        },
      },
    ]
  }

  /** Parts of the stack without previews, the nearest first; two at once leave the line free for what is looked at. */
  private previewWishes(): Wish[] {
    const parts: Wish[] = []
    for (let first = 0; first < this.slices.length; first += PREVIEWS_AT_ONCE) {
      const part = this.slices.slice(first, first + PREVIEWS_AT_ONCE)
      if (this.answered.has(first)) continue
      if (part.every(({ key }) => this.previews.has(key) || this.options.pixels.has(key))) continue
      const away = Math.max(0, first - this.index, this.index - (first + part.length - 1))
      parts.push({
        key: `part:${first}`,
        rank: RANK.batch + away,
        run: (signal) => this.loadPart(first, part.length, signal),
      })
    }
    return parts.sort((a, b) => a.rank - b.rank).slice(0, 2)
  }

  private async loadPart(first: number, count: number, signal: AbortSignal): Promise<void> {
    const { transport, previewSize } = this.options
    const part = { series: this.series, slices: this.slices, first, count, size: previewSize }
    await transport.previews(part, (slice, raster) => this.keepPreview(slice, raster), signal)
    this.answered.add(first)
    this.failures.delete(`part:${first}`)
    queueMicrotask(() => this.plan())
  }

  /** The slices around the one shown that fit into memory, twice as far ahead as behind. */
  private around(): Slice[] {
    const order = this.slices
      .map((slice, i) => {
        const steps = (i - this.index) * this.heading
        return { slice, cost: steps >= 0 ? steps : 0.5 - 2 * steps }
      })
      .sort((a, b) => a.cost - b.cost)
    const fitting: Slice[] = []
    let room = this.options.pixels.limit
    for (const { slice } of order) {
      room -= sizeOf(slice.instance)
      if (room < 0 && fitting.length > 0) break
      fitting.push(slice)
    }
    return fitting
  }

  private pixelWishes(): Wish[] {
    const { pixels } = this.options
    const around = this.around()
    // What lies near counts as used, so that what lies far is let go first.
    for (const { key } of [...around].reverse()) pixels.get(key)
    return (this.resting ? around : [])
      .map((slice, place) => ({ slice, rank: place === 0 ? RANK.pixels : RANK.around + place }))
      .filter(({ slice }) => !pixels.has(slice.key))
      .map(({ slice, rank }) => ({ key: slice.key, rank, run: (signal) => this.loadPixels(slice, signal) }))
  }

  private async loadPixels(slice: Slice, signal: AbortSignal): Promise<void> {
    const raster = await this.options.transport.pixels(slice, signal)
    if (signal.aborted) return
    this.failures.delete(slice.key)
    this.options.pixels.put(slice.key, raster, bytesOf(raster))
    this.options.changed(slice)
  }

  private keepPreview(slice: Slice, raster: Raster): void {
    this.previews.set(slice.key, raster)
    this.failures.delete(slice.key)
    this.begin()
    this.options.changed(slice)
  }

  private noteFailed(key: string, error: unknown): boolean {
    this.failures.set(key.replace(/^one:/, ''), error)
    this.begin()
    this.options.changed(undefined)
    return this.options.hopeful(error)
  }
}

function sizeOf(instance: InstanceView): number {
  return instance.rows * instance.columns * instance.samples * (instance.bits > 8 ? 2 : 1)
}

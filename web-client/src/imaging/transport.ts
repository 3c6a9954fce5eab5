/**
 * Pixels and previews over HTTP. The browser undoes the transfer coding and keeps what came (ETag, private cache); here the
 * filter is taken back and bytes become rasters.
 */
import { decodePixels, previewRaster, type Raster } from './raster'
import type { PreviewPart, Transport } from './stack'
import type { Slice, Window } from './study'
import { firstWindow, PLAIN } from './windowing'

/** One request; raises the Problem of a refusal. Pages give `api/client`'s call, a film link its own. */
export type Ask = (path: string, signal: AbortSignal) => Promise<Response>

export interface SmallPicture {
  rows: number
  columns: number
  rgba: Uint8ClampedArray
}
export type Unpack = (picture: Blob) => Promise<SmallPicture>

/** JPEG, PNG or WebP by the browser's own decoder. */
export async function unpackPicture(picture: Blob): Promise<SmallPicture> {
  const bitmap = await createImageBitmap(picture)
  const { width, height } = bitmap
  const canvas =
    typeof OffscreenCanvas === 'undefined'
      ? Object.assign(document.createElement('canvas'), { width, height })
      : new OffscreenCanvas(width, height)
  const pen = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D
  pen.drawImage(bitmap, 0, 0)
  bitmap.close()
  return { rows: height, columns: width, rgba: pen.getImageData(0, 0, width, height).data }
}

/** The samples of a small picture: grey or red, green, blue. */
function samplesOf({ rgba }: SmallPicture, samples: 1 | 3): Uint8Array {
  const into = new Uint8Array((rgba.length / 4) * samples)
  for (let from = 0, at = 0; from < rgba.length; from += 4) {
    for (let i = 0; i < samples; i++) into[at++] = rgba[from + i] as number
  }
  return into
}

export const previewPath = (slice: Slice, size: number): string =>
  `/api/imaging/instances/${slice.instance.id}/frames/${slice.frame}/preview?size=${size}`
export const pixelsPath = (slice: Slice): string =>
  `/api/imaging/instances/${slice.instance.id}/frames/${slice.frame}/pixels`

export const previewsPath = ({ series, first, count, size }: PreviewPart): string =>
  `/api/imaging/series/${series.id}/previews?first=${first}&count=${count}&size=${size}`

const number = (text: string | null, otherwise: number): number =>
  text === null || text === '' || !Number.isFinite(Number(text)) ? otherwise : Number(text)

/** `c,w` in a header, as the server says with which window it drew. */
export function windowIn(header: string | null): Window | undefined {
  const [centre, width] = (header ?? '').split(',').map(Number)
  return Number.isFinite(centre) && width !== undefined && width > 0 ? [centre as number, width] : undefined
}

/** What the header says of the values that came, where it says anything. */
function typeOf(
  header: string | null,
  otherwise: { bits: number; signed: boolean },
): { bits: number; signed: boolean } {
  if (header === 'uint8') return { bits: 8, signed: false }
  if (header === 'uint16' || header === 'int16') return { bits: 16, signed: header === 'int16' }
  return { bits: otherwise.bits, signed: otherwise.signed }
}

export interface PreviewRecord {
  /** In the series, from 0. */
  place: number
  picture: Uint8Array<ArrayBuffer>
  /** With which it was drawn; undefined for colour. */
  window: Window | undefined
}

const HEAD = 16

/** Previews out of their stream: place, length, centre and width in 16 bytes, big-endian, then the picture. */
export async function* records(stream: ReadableStream<Uint8Array>): AsyncGenerator<PreviewRecord> {
  const reader = stream.getReader()
  let held = new Uint8Array(0)
  try {
    for (;;) {
      let record = firstRecord(held)
      while (record) {
        yield record
        held = held.slice(HEAD + record.picture.length)
        record = firstRecord(held)
      }
      const { done, value } = await reader.read()
      if (done) return
      const longer = new Uint8Array(held.length + value.length)
      longer.set(held)
      longer.set(value, held.length)
      held = longer
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

function firstRecord(held: Uint8Array): PreviewRecord | undefined {
  if (held.length < HEAD) return undefined
  const head = new DataView(held.buffer, held.byteOffset, HEAD)
  const length = head.getUint32(4)
  if (held.length < HEAD + length) return undefined
  const [centre, width] = [head.getFloat32(8), head.getFloat32(12)]
  return {
    place: head.getUint32(0),
    picture: new Uint8Array(held.slice(HEAD, HEAD + length)),
    window: width > 0 ? [centre, width] : undefined,
  }
}

export class HttpTransport implements Transport {
  private early: Promise<Response | undefined> | undefined

  constructor(
    private readonly ask: Ask,
    private readonly unpack: Unpack = unpackPicture,
  ) {}

  async pixels(slice: Slice, signal: AbortSignal): Promise<Raster> {
    const answer = await this.ask(pixelsPath(slice), signal)
    const { rows, columns, samples, photometric } = slice.instance
    const { headers } = answer
    const facts = { rows, columns, samples, ...typeOf(headers.get('X-Pixel-Type'), slice.instance) }
    const values = decodePixels(await answer.arrayBuffer(), facts, headers.get('X-Pixel-Filter'))
    return {
      rows,
      columns,
      samples: samples === 3 ? 3 : 1,
      values,
      slope: number(headers.get('X-Pixel-Slope'), slice.slope),
      intercept: number(headers.get('X-Pixel-Intercept'), slice.intercept),
      photometric,
      coarse: [1, 1],
    }
  }

  /** The first picture was asked for before anybody knew which one it is; its answer says so. */
  expect(picture: Promise<Response | undefined>): void {
    this.early = picture
  }

  private async expected({ instance, frame }: Slice): Promise<Response | undefined> {
    const answer = await this.early
    this.early = undefined
    const { headers } = answer ?? {}
    const same = headers?.get('X-Instance') === instance.id && headers.get('X-Frame') === String(frame)
    return same ? answer : undefined
  }

  async preview(slice: Slice, size: number, signal: AbortSignal): Promise<Raster> {
    const answer = (await this.expected(slice)) ?? (await this.ask(previewPath(slice, size), signal))
    return this.small(slice, await answer.blob(), windowIn(answer.headers.get('X-Window')))
  }

  async previews(
    part: PreviewPart,
    each: (slice: Slice, raster: Raster) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const answer = await this.ask(previewsPath(part), signal)
    if (!answer.body) return
    for await (const { place, picture, window } of records(answer.body)) {
      const slice = part.slices[place]
      // One that could not be drawn has no bytes.
      if (!slice || picture.length === 0) continue
      each(slice, await this.small(slice, new Blob([picture]), window))
    }
  }

  private async small(slice: Slice, picture: Blob, drawn: Window | undefined): Promise<Raster> {
    const small = await this.unpack(picture)
    const samples = slice.instance.samples === 3 ? 3 : 1
    const size = { rows: small.rows, columns: small.columns, samples } as const
    return previewRaster(
      samplesOf(small, samples),
      size,
      slice.instance,
      drawn ?? firstWindow(slice) ?? PLAIN,
    )
  }
}

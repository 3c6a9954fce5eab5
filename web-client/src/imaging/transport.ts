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

const number = (text: string | null, otherwise: number): number =>
  text === null || text === '' || !Number.isFinite(Number(text)) ? otherwise : Number(text)

/** `c,w` in a header, as the server says with which window it drew. */
export function windowIn(header: string | null): Window | undefined {
  const [centre, width] = (header ?? '').split(',').map(Number)
  return Number.isFinite(centre) && width !== undefined && width > 0 ? [centre as number, width] : undefined
}

export class HttpTransport implements Transport {
  constructor(
    private readonly ask: Ask,
    private readonly unpack: Unpack = unpackPicture,
  ) {}

  async pixels(slice: Slice, signal: AbortSignal): Promise<Raster> {
    const answer = await this.ask(pixelsPath(slice), signal)
    const { rows, columns, samples, bits, signed, photometric } = slice.instance
    const { headers } = answer
    const values = decodePixels(
      await answer.arrayBuffer(),
      { rows, columns, samples, bits, signed },
      headers.get('X-Pixel-Filter'),
    )
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

  async preview(slice: Slice, size: number, signal: AbortSignal): Promise<Raster> {
    const answer = await this.ask(previewPath(slice, size), signal)
    return this.small(slice, await answer.blob(), windowIn(answer.headers.get('X-Window')))
  }

  async previews(
    part: PreviewPart,
    each: (slice: Slice, raster: Raster) => void,
    signal: AbortSignal,
  ): Promise<void> {
    for (const slice of part.slices.slice(part.first, part.first + part.count)) {
      each(slice, await this.preview(slice, part.size, signal))
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

/**
 * Pixels and previews over HTTP. The browser undoes the transfer coding and keeps what came (ETag, private cache); here the
 * filter is taken back and bytes become rasters.
 */
import { decodePixels, previewRaster, type Raster } from './raster'
import type { PreviewPart, Transport } from './stack'
import type { Slice, Window } from './study'
import { firstWindow } from './windowing'

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

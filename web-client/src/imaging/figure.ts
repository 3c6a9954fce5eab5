/** A key image: what a stage shows, with its marks and a line of words, as a PNG. No name of the patient: the report has it. */
import { fontOf } from './inking'
import { matrixOf, tallness, type Size } from './transform'
import type { Viewport } from './viewport'

const LONGEST = 1024

/** The stage's shape, its longer side so many pixels. */
export function figureSize(stage: Size): Size {
  const factor = LONGEST / Math.max(stage.width, stage.height)
  return { width: Math.round(stage.width * factor), height: Math.round(stage.height * factor) }
}

/** undefined while nothing is there to be seen. */
export async function capture(
  viewport: Viewport,
  stage: Size,
  words: readonly string[],
): Promise<Blob | undefined> {
  const { slice } = viewport
  const { width, height } = figureSize(stage)
  const canvas = Object.assign(document.createElement('canvas'), { width, height })
  const pen = canvas.getContext('2d', { alpha: false, willReadFrequently: true })
  if (!slice || !pen) return undefined
  const matrix = matrixOf(viewport.place, viewport.imageSize, { width, height }, tallness(slice.instance))
  if (!viewport.paintOn(pen, matrix, 1, width)) return undefined
  pen.font = `18px ${fontOf(document.body)}`
  pen.textBaseline = 'bottom'
  words.forEach((line, i) => {
    const y = height - 12 - 26 * (words.length - 1 - i)
    pen.strokeStyle = '#000'
    pen.lineWidth = 3
    pen.strokeText(line, 12, y)
    pen.fillStyle = '#fff'
    pen.fillText(line, 12, y)
  })
  return new Promise((done) => canvas.toBlob((blob) => done(blob ?? undefined), 'image/png'))
}

/**
 * Pictures on a 2D canvas: stored values through the grey table into a bitmap, the bitmap through the matrix onto the stage.
 * The bitmap is made anew only when picture or look change; moving and zooming cost one drawImage.
 */
import type { Raster } from './raster'
import type { Matrix } from './transform'
import { paintColour, paintGrey, spelled, Tables, type Look } from './windowing'

type Surface = HTMLCanvasElement | OffscreenCanvas
type Pen = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D

/** Above this many pixels a picture is sampled while somebody drags. */
const LARGE = 2_500_000

function surface(width: number, height: number): Surface {
  if (typeof OffscreenCanvas !== 'undefined') return new OffscreenCanvas(width, height)
  return Object.assign(document.createElement('canvas'), { width, height })
}

export class Painter {
  private readonly tables = new Tables()
  private bitmap: Surface | undefined
  private pen: Pen | undefined
  private image: ImageData | undefined
  private painted: { raster: Raster; look: string; step: number } | undefined

  /** Draws onto the stage; `ratio` is screen pixels per stage pixel, `hurry` that somebody is dragging. */
  draw(
    on: CanvasRenderingContext2D,
    raster: Raster,
    look: Look,
    matrix: Matrix,
    ratio: number,
    hurry = false,
  ): void {
    const large = hurry && raster.rows * raster.columns > LARGE
    const scale = Math.hypot(matrix.a, matrix.b) * ratio
    const step = large ? Math.max(1, Math.floor(1 / Math.max(scale, 0.05))) : 1
    this.paint(raster, look, step)
    if (!this.bitmap) return
    const { a, b, c, d, e, f } = matrix
    const [x, y] = [raster.coarse[0] * step, raster.coarse[1] * step]
    on.setTransform(a * ratio * x, b * ratio * x, c * ratio * y, d * ratio * y, e * ratio, f * ratio)
    on.imageSmoothingEnabled = true
    on.imageSmoothingQuality = scale < 0.7 && !hurry ? 'high' : 'low'
    on.drawImage(this.bitmap, 0, 0)
    on.setTransform(1, 0, 0, 1, 0, 0)
  }

  private paint(raster: Raster, look: Look, step: number): void {
    const wanted = spelled(look)
    const { painted } = this
    if (painted?.raster === raster && painted.look === wanted && painted.step === step) return
    const width = Math.ceil(raster.columns / step)
    const height = Math.ceil(raster.rows / step)
    const image = this.imageOf(width, height)
    if (!image) return
    const into = new Uint32Array(image.data.buffer)
    const table = this.tables.of(raster, look)
    const values = step === 1 ? raster.values : sampled(raster, step, width, height)
    if (raster.samples === 3) paintColour(values, table, into)
    else paintGrey(values, table, into)
    this.pen?.putImageData(image, 0, 0)
    this.painted = { raster, look: wanted, step }
  }

  private imageOf(width: number, height: number): ImageData | undefined {
    if (this.image?.width === width && this.image.height === height) return this.image
    this.bitmap = surface(width, height)
    this.pen = this.bitmap.getContext('2d') as Pen
    this.image = this.pen.createImageData(width, height)
    return this.image
  }
}

/** Every so-manyth pixel of every so-manyth row. */
function sampled(raster: Raster, step: number, width: number, height: number): Raster['values'] {
  const { samples, columns, values } = raster
  const into = new (values.constructor as Uint16ArrayConstructor)(width * height * samples)
  let at = 0
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = (row * step * columns + column * step) * samples
      for (let i = 0; i < samples; i++) into[at++] = values[from + i] as number
    }
  }
  return into
}

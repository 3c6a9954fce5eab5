/** Marks as lines and words on the stage. Measurements are cyan, as in the whole product; lines keep their width at any zoom. */
import { sentences, type Figures, type Mark } from './measure'
import type { Point } from './sharing'
import { toStage, type Matrix } from './transform'

export interface Ink {
  mark: Mark
  figures: Figures | undefined
  chosen: boolean
}

const CYAN = '#7fd8f5'
const CHOSEN = '#ffffff'
const GROUND = 'rgb(6 34 44 / 0.88)'

function line(pen: CanvasRenderingContext2D, ...points: readonly Point[]): void {
  pen.beginPath()
  points.forEach(([x, y], i) => (i === 0 ? pen.moveTo(x, y) : pen.lineTo(x, y)))
  pen.stroke()
}

/** A short stroke across the end of a line, so that the end is seen. */
function tick(pen: CanvasRenderingContext2D, at: Point, from: Point): void {
  const angle = Math.atan2(at[1] - from[1], at[0] - from[0]) + Math.PI / 2
  const [dx, dy] = [Math.cos(angle) * 7, Math.sin(angle) * 7]
  line(pen, [at[0] - dx, at[1] - dy], [at[0] + dx, at[1] + dy])
}

function head(pen: CanvasRenderingContext2D, at: Point, from: Point): void {
  const angle = Math.atan2(at[1] - from[1], at[0] - from[0])
  const wing = (side: number): Point => [
    at[0] - 14 * Math.cos(angle + side * 0.45),
    at[1] - 14 * Math.sin(angle + side * 0.45),
  ]
  line(pen, wing(1), at, wing(-1))
}

/** The box lies along rows and columns of the picture, so it is drawn as its four-point curve, whatever the turn. */
function ellipse(pen: CanvasRenderingContext2D, matrix: Matrix, a: Point, b: Point): void {
  const [cx, cy] = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]
  const [rx, ry] = [Math.abs(b[0] - a[0]) / 2, Math.abs(b[1] - a[1]) / 2]
  const around = Array.from({ length: 65 }, (_, i): Point => {
    const angle = (i / 64) * 2 * Math.PI
    return toStage(matrix, [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)])
  })
  line(pen, ...around)
}

function shape(pen: CanvasRenderingContext2D, { mark }: Ink, matrix: Matrix): void {
  const [a, b, c] = mark.points.map((point) => toStage(matrix, point))
  if (!a) return
  if (mark.kind === 'text' || !b) {
    pen.beginPath()
    pen.arc(a[0], a[1], 3, 0, 2 * Math.PI)
    pen.stroke()
  } else if (mark.kind === 'ellipse') {
    ellipse(pen, matrix, mark.points[0] as Point, mark.points[1] as Point)
  } else if (mark.kind === 'arrow') {
    line(pen, a, b)
    head(pen, a, b)
  } else {
    line(pen, a, b, ...(c ? [c] : []))
    if (mark.kind === 'length') {
      tick(pen, a, b)
      tick(pen, b, a)
    }
  }
}

function words(pen: CanvasRenderingContext2D, ink: Ink, matrix: Matrix, stageWidth: number): void {
  const lines = sentences(ink.mark, ink.figures)
  const points = ink.mark.points.map((point) => toStage(matrix, point))
  const last = points.at(-1)
  if (!last || lines.length === 0) return
  const width = Math.max(...lines.map((one) => pen.measureText(one).width)) + 16
  const rightmost = points.reduce((a, b) => (b[0] > a[0] ? b : a), last)
  const x = rightmost[0] + 10 + width > stageWidth ? rightmost[0] - width - 10 : rightmost[0] + 10
  const y = rightmost[1] + 8
  pen.fillStyle = GROUND
  pen.beginPath()
  pen.roundRect(x, y, width, lines.length * 19 + 8, 4)
  pen.fill()
  pen.fillStyle = ink.chosen ? CHOSEN : CYAN
  lines.forEach((one, i) => pen.fillText(one, x + 8, y + 19 * i + 18))
}

/** The page's own letters, for words on a canvas. */
export function fontOf(element: Element): string {
  return getComputedStyle(element).fontFamily || 'sans-serif'
}

export function drawMarks(
  pen: CanvasRenderingContext2D,
  inks: readonly Ink[],
  matrix: Matrix,
  stageWidth: number,
  ratio: number,
): void {
  pen.setTransform(ratio, 0, 0, ratio, 0, 0)
  pen.font = `14px ${fontOf(document.body)}`
  pen.lineJoin = 'round'
  for (const ink of inks) {
    // A dark rim keeps the line visible on bone.
    for (const [style, wide] of [
      ['rgb(0 0 0 / 0.55)', 4],
      [ink.chosen ? CHOSEN : CYAN, 2],
    ] as const) {
      pen.strokeStyle = style
      pen.lineWidth = wide
      shape(pen, ink, matrix)
    }
    words(pen, ink, matrix, stageWidth)
  }
  pen.setTransform(1, 0, 0, 1, 0, 0)
}

/**
 * One stage: which slice is shown, how it looks and lies, its marks; draws at most once per frame of the screen. Knows no Vue:
 * who wants to know listens.
 */
import { curveOf } from './curves'
import { drawMarks, type Ink } from './inking'
import { measured, type Figures, type Mark } from './measure'
import { Painter } from './painter'
import { valueAt, type Raster } from './raster'
import type { Point } from './sharing'
import type { Shown, Stack } from './stack'
import type { Slice, Window } from './study'
import {
  FITTED,
  matrixOf,
  moved,
  scaleOf,
  tallness,
  toImage,
  toStage,
  zoomedAt,
  type Matrix,
  type Place,
  type Size,
} from './transform'
import { firstWindow, PLAIN, windowOfAll, type Look } from './windowing'

/** What a frame of the screen showed; for words over the picture, letters, cursors. */
export interface Seen {
  slice: Slice | undefined
  index: number
  total: number
  quality: Shown['quality'] | undefined
  look: Look
  place: Place
  matrix: Matrix
  /** Stage pixels per image pixel. */
  scale: number
}

export type Change = 'slice' | 'look' | 'place' | 'marks' | 'stack'

const EMPTY: Size = { width: 1, height: 1 }
const RESTS_AFTER_MS = 90

export class Viewport {
  stack: Stack | undefined
  index = 0
  place: Place = FITTED
  invert = false
  marks: readonly Mark[] = []
  chosen: string | undefined
  hurry = false
  private window: Window | undefined
  /** Which of the file's curves was chosen. */
  private curve: number | undefined
  /** For series that name no window: what the first whole picture spans. */
  private found: Window | undefined
  private stage: Size = { width: 1, height: 1 }
  private ratio = 1
  private asked = 0
  private resting: ReturnType<typeof setTimeout> | undefined
  private readonly painter = new Painter()
  private readonly drawn = new Set<(seen: Seen) => void>()
  private readonly changed = new Set<(change: Change) => void>()
  private figuresOf = new Map<Mark, { raster: Raster | undefined; figures: Figures | undefined }>()

  constructor(private readonly canvas: HTMLCanvasElement) {}

  onDrawn(hear: (seen: Seen) => void): () => void {
    this.drawn.add(hear)
    return () => this.drawn.delete(hear)
  }

  /** Tells what the person (or a follower) changed, at once and before it is drawn. */
  onChange(hear: (change: Change) => void): () => void {
    this.changed.add(hear)
    return () => this.changed.delete(hear)
  }

  stop(): void {
    cancelAnimationFrame(this.asked)
    clearTimeout(this.resting)
    this.drawn.clear()
    this.changed.clear()
  }

  open(stack: Stack, index = 0): void {
    this.stack = stack
    this.index = Math.min(Math.max(0, index), Math.max(0, stack.slices.length - 1))
    this.window = undefined
    this.curve = undefined
    this.found = undefined
    this.invert = false
    this.place = FITTED
    this.chosen = undefined
    stack.focus(this.index)
    this.tell('stack')
  }

  resize(width: number, height: number, ratio: number): void {
    this.stage = { width: Math.max(1, width), height: Math.max(1, height) }
    this.ratio = ratio
    this.canvas.width = Math.round(this.stage.width * ratio)
    this.canvas.height = Math.round(this.stage.height * ratio)
    this.draw()
  }

  get slice(): Slice | undefined {
    return this.stack?.slices[this.index]
  }

  get stageSize(): Size {
    return this.stage
  }

  get imageSize(): Size {
    const instance = this.slice?.instance
    return instance ? { width: instance.columns, height: instance.rows } : EMPTY
  }

  get matrix(): Matrix {
    return matrixOf(this.place, this.imageSize, this.stage, this.tall)
  }

  private get tall(): number {
    return this.slice ? tallness(this.slice.instance) : 1
  }

  get look(): Look {
    const shape = this.slice?.instance
    const view = shape?.curves?.[this.shownCurve ?? -1]
    const curve = view && curveOf(view)
    return {
      window: curve ? curve.window : this.shownWindow(),
      invert: this.invert,
      by: shape?.voi_function,
      curve,
    }
  }

  /** Which of the file's curves is shown: the one chosen, or its first where nothing was. */
  get shownCurve(): number | undefined {
    const held = this.slice?.instance.curves ?? []
    const wanted = this.curve ?? (this.window ? undefined : 0)
    return wanted !== undefined && wanted < held.length ? wanted : undefined
  }

  private shownWindow(): Window {
    const { slice } = this
    if (this.window || !slice) return this.window ?? PLAIN
    return firstWindow(slice) ?? this.found ?? PLAIN
  }

  show(index: number): void {
    const last = (this.stack?.slices.length ?? 1) - 1
    const wanted = Math.min(Math.max(0, Math.round(index)), Math.max(0, last))
    if (wanted === this.index || !this.stack) return
    this.index = wanted
    this.stack.focus(wanted, false)
    clearTimeout(this.resting)
    this.resting = setTimeout(() => this.stack?.focus(this.index, true), RESTS_AFTER_MS)
    this.tell('slice')
  }

  step(by: number): void {
    this.show(this.index + by)
  }

  /** undefined: the picture's own. With the number of a curve, that curve where a slice has it. */
  setWindow(window: Window | undefined, curve?: number): void {
    this.window = window
    this.curve = curve
    this.tell('look')
  }

  setInvert(invert: boolean): void {
    this.invert = invert
    this.tell('look')
  }

  setPlace(place: Place): void {
    this.place = place
    this.tell('place')
  }

  zoomAt(factor: number, on?: Point): void {
    const at = on ?? [this.stage.width / 2, this.stage.height / 2]
    this.setPlace(zoomedAt(this.place, factor, at, this.imageSize, this.stage, this.tall))
  }

  moveBy(dx: number, dy: number): void {
    this.setPlace(moved(this.place, dx, dy, this.imageSize, this.stage, this.tall))
  }

  /** As it was opened: whole picture, own window, not turned. */
  reset(): void {
    this.window = undefined
    this.curve = undefined
    this.invert = false
    this.place = FITTED
    this.tell('look')
    this.tell('place')
  }

  setMarks(marks: readonly Mark[], chosen = this.chosen): void {
    this.marks = marks
    this.chosen = chosen
    const live = new Set(marks)
    for (const mark of this.figuresOf.keys()) if (!live.has(mark)) this.figuresOf.delete(mark)
    this.tell('marks')
  }

  /** Image pixels under a point of the stage. */
  imageAt(point: Point): Point {
    return toImage(this.matrix, point)
  }

  stageAt(point: Point): Point {
    return toStage(this.matrix, point)
  }

  /** The value there, when the whole picture is in memory. */
  valueAt(point: Point): number | undefined {
    const shown = this.stack?.at(this.index)
    return shown?.quality === 'pixels' && shown.raster.samples === 1
      ? valueAt(shown.raster, ...point)
      : undefined
  }

  /** What a mark measures; what was measured over the whole picture stays known when another slice is shown. */
  figures(mark: Mark): Figures | undefined {
    const { slice } = this
    const held = this.figuresOf.get(mark)
    const here = mark.instance === slice?.instance.id && mark.frame === slice.frame
    if (!here) return held?.figures ?? mark.figures
    const shown = this.stack?.at(this.index)
    const raster = shown?.quality === 'pixels' ? shown.raster : undefined
    if (held && (held.raster === raster || !raster)) return held.figures
    const figures = measured(mark, slice.instance, raster)
    this.figuresOf.set(mark, { raster, figures })
    return figures
  }

  private inks(): Ink[] {
    const { slice } = this
    return this.marks
      .filter((mark) => mark.instance === slice?.instance.id && mark.frame === slice.frame)
      .map((mark) => ({ mark, figures: this.figures(mark), chosen: mark.id === this.chosen }))
  }

  private tell(change: Change): void {
    for (const hear of this.changed) hear(change)
    this.draw()
  }

  /** Draws with the next frame of the screen. */
  draw(): void {
    if (this.asked) return
    this.asked = requestAnimationFrame(() => {
      this.asked = 0
      this.drawNow()
    })
  }

  private drawNow(): void {
    const pen = this.canvas.getContext('2d', { alpha: false })
    if (!pen) return
    const shown = this.paintOn(pen, this.matrix, this.ratio, this.stage.width)
    const seen = this.seen(shown)
    for (const hear of this.drawn) hear(seen)
  }

  /** The picture with its marks; what was there to draw. */
  paintOn(
    pen: CanvasRenderingContext2D,
    matrix: Matrix,
    ratio: number,
    stageWidth: number,
  ): Shown | undefined {
    pen.setTransform(1, 0, 0, 1, 0, 0)
    pen.fillStyle = '#000'
    pen.fillRect(0, 0, pen.canvas.width, pen.canvas.height)
    const shown = this.stack?.at(this.index)
    if (!shown) return undefined
    this.findWindow(shown.raster)
    this.painter.draw(pen, shown.raster, this.look, matrix, ratio, this.hurry)
    drawMarks(pen, this.inks(), matrix, stageWidth, ratio)
    return shown
  }

  /** A series that names no window gets that of its first picture, and keeps it: no flicker from slice to slice. */
  private findWindow(raster: Raster): void {
    const { slice } = this
    if (!slice || this.found || firstWindow(slice)) return
    this.found = raster.drawn ?? windowOfAll(raster, slice.instance.padding)
  }

  private seen(shown: Shown | undefined): Seen {
    const { matrix } = this
    return {
      slice: this.slice,
      index: this.index,
      total: this.stack?.slices.length ?? 0,
      quality: shown?.quality,
      look: this.look,
      place: this.place,
      matrix,
      scale: scaleOf(matrix),
    }
  }
}

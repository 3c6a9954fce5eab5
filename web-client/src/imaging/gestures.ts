/**
 * Fingers, mouse and wheel on a stage. One finger or the left button does what the chosen tool says; two fingers zoom and
 * move whatever the tool; middle button moves, right button windows; the wheel turns pages, with Ctrl it zooms.
 */
import { begun, complete, pressedAgain, pulled, released, worthKeeping, type Draft } from './drafting'
import { distanceTo, type Mark } from './measure'
import type { MarkKind, Point } from './sharing'
import type { Viewport } from './viewport'
import { dragged } from './windowing'

export type Tool = 'point' | 'window' | 'move' | 'zoom' | 'stack' | MarkKind
const DRAWN: ReadonlySet<string> = new Set(['length', 'angle', 'ellipse', 'arrow', 'text'])
export const isMark = (tool: Tool): tool is MarkKind => DRAWN.has(tool)

export interface Hands {
  tool(): Tool
  /** A finger or the mouse is over this image pixel; null: it has gone. */
  pointed(at: Point | null): void
  /** The mark being made; undefined when it is done or given up. */
  drafting(draft: Draft | undefined): void
  /** A mark is finished. */
  marked(draft: Draft): void
  /** A mark of one's own was moved. */
  reshaped(mark: Mark, points: readonly Point[]): void
  chose(mark: Mark | undefined): void
  /** Whether this mark may be moved or taken away by whoever holds the pointer. */
  own(mark: Mark): boolean
}

const NEAR = 12
const PAGE_EVERY = 14

interface Held {
  at: Point
}

export class Gestures {
  private readonly held = new Map<number, Held>()
  private readonly undo: (() => void)[] = []
  private draft: Draft | undefined
  private grip: { mark: Mark; point: number } | undefined
  private doing: Tool | 'grip' | undefined
  private pages = 0
  private wheel = 0

  constructor(
    private readonly stage: HTMLElement,
    private readonly viewport: Viewport,
    private readonly hands: Hands,
  ) {
    const hear = <K extends keyof HTMLElementEventMap>(
      kind: K,
      run: (event: HTMLElementEventMap[K]) => void,
      options?: AddEventListenerOptions,
    ) => {
      stage.addEventListener(kind, run, options)
      this.undo.push(() => stage.removeEventListener(kind, run))
    }
    hear('pointerdown', (event) => this.down(event))
    hear('pointermove', (event) => this.move(event))
    hear('pointerup', (event) => this.up(event))
    hear('pointercancel', (event) => this.up(event))
    hear('pointerleave', () => this.held.size === 0 && this.hands.pointed(null))
    hear('wheel', (event) => this.roll(event), { passive: false })
    hear('contextmenu', (event) => event.preventDefault())
  }

  stop(): void {
    for (const undo of this.undo.splice(0)) undo()
  }

  /** Gives up the mark that is being made; whether there was one. */
  giveUp(): boolean {
    if (!this.draft) return false
    this.draft = undefined
    this.hands.drafting(undefined)
    return true
  }

  private place(event: MouseEvent): Point {
    const box = this.stage.getBoundingClientRect()
    return [event.clientX - box.left, event.clientY - box.top]
  }

  private down(event: PointerEvent): void {
    if (event.target instanceof Element && event.target.closest('button, input, a, [data-free]')) return
    const at = this.place(event)
    this.stage.setPointerCapture(event.pointerId)
    this.held.set(event.pointerId, { at })
    if (this.held.size > 1) return this.secondFinger()
    this.doing = this.toolOf(event)
    this.pages = 0
    this.viewport.hurry = true
    this.hands.pointed(this.viewport.imageAt(at))
    if (this.doing === 'point' || isMark(this.doing)) this.press(at)
  }

  private toolOf(event: PointerEvent): Tool {
    if (event.pointerType === 'touch') return this.hands.tool()
    if (event.button === 1) return 'move'
    if (event.button === 2) return 'window'
    return this.hands.tool()
  }

  /** Two fingers zoom: what one of them began is given up. */
  private secondFinger(): void {
    this.doing = undefined
    this.grip = undefined
    if (this.draft && this.draft.fixed < 2) this.giveUp()
    this.hands.pointed(null)
  }

  private press(at: Point): void {
    const point = this.viewport.imageAt(at)
    if (this.draft) {
      this.change(pressedAgain(this.draft, point))
      return
    }
    const touched = this.touched(at)
    this.hands.chose(touched?.mark)
    if (touched && touched.point >= 0) {
      this.grip = touched
      this.doing = 'grip'
    } else if (this.doing && this.doing !== 'grip' && isMark(this.doing)) {
      this.change(begun(this.doing, point))
    }
  }

  private touched(at: Point): { mark: Mark; point: number } | undefined {
    const { slice, marks } = this.viewport
    const here = marks.filter((mark) => mark.instance === slice?.instance.id && mark.frame === slice.frame)
    for (const mark of [...here].reverse()) {
      const places = mark.points.map((point) => this.viewport.stageAt(point))
      const point = places.findIndex(([x, y]) => Math.hypot(x - at[0], y - at[1]) < NEAR)
      if (point >= 0) return { mark, point: this.hands.own(mark) ? point : -1 }
      const away = distanceTo({ ...mark, points: places }, at)
      if (away < NEAR / 2) return { mark, point: -1 }
    }
    return undefined
  }

  private change(draft: Draft): void {
    this.draft = draft
    this.hands.drafting(draft)
  }

  private move(event: PointerEvent): void {
    const at = this.place(event)
    const held = this.held.get(event.pointerId)
    if (!held) {
      if (event.pointerType !== 'touch') this.hover(at)
      return
    }
    const [dx, dy] = [at[0] - held.at[0], at[1] - held.at[1]]
    if (this.held.size > 1) this.pinch(event.pointerId, at)
    held.at = at
    if (this.held.size === 1) this.drag(at, dx, dy)
  }

  private hover(at: Point): void {
    const point = this.viewport.imageAt(at)
    this.hands.pointed(point)
    if (this.draft) this.change(pulled(this.draft, point))
  }

  private drag(at: Point, dx: number, dy: number): void {
    const { viewport, doing } = this
    const point = viewport.imageAt(at)
    this.hands.pointed(point)
    if (doing === 'window') viewport.setWindow(dragged(viewport.look, dx, dy))
    else if (doing === 'move') viewport.moveBy(dx, dy)
    else if (doing === 'zoom') viewport.zoomAt(Math.exp(-dy / 150))
    else if (doing === 'stack') this.page(dy)
    else if (doing === 'grip') this.reshape(point)
    else if (this.draft) this.change(pulled(this.draft, point))
  }

  private reshape(point: Point): void {
    if (!this.grip) return
    const points = this.grip.mark.points.map((one, i) => (i === this.grip?.point ? point : one))
    this.hands.reshaped(this.grip.mark, points)
    this.grip = { ...this.grip, mark: { ...this.grip.mark, points } }
  }

  private page(dy: number): void {
    this.pages += dy
    const every = Math.min(PAGE_EVERY, 400 / Math.max(1, this.viewport.stack?.slices.length ?? 1) + 2)
    const steps = Math.trunc(this.pages / every)
    this.pages -= steps * every
    if (steps !== 0) this.viewport.step(steps)
  }

  /** Two fingers: what lies between them stays between them. */
  private pinch(id: number, at: Point): void {
    const [one, other] = [...this.held]
    if (!one || !other) return
    const still = one[0] === id ? other[1].at : one[1].at
    const before = (this.held.get(id) as Held).at
    const factor =
      Math.hypot(at[0] - still[0], at[1] - still[1]) / Math.hypot(before[0] - still[0], before[1] - still[1])
    const middle: Point = [(before[0] + still[0]) / 2, (before[1] + still[1]) / 2]
    if (Number.isFinite(factor) && factor > 0) this.viewport.zoomAt(factor, middle)
    this.viewport.moveBy((at[0] - before[0]) / 2, (at[1] - before[1]) / 2)
  }

  private up(event: PointerEvent): void {
    const held = this.held.get(event.pointerId)
    if (!held) return
    this.held.delete(event.pointerId)
    if (this.held.size > 0) return
    this.viewport.hurry = false
    this.viewport.draw()
    if (event.pointerType === 'touch') this.hands.pointed(null)
    this.letGo(held.at, event.type === 'pointercancel')
    this.grip = undefined
    this.doing = undefined
  }

  private letGo(at: Point, cancelled: boolean): void {
    if (!this.draft || !this.doing || this.doing === 'grip') return
    const draft = released(this.draft, this.viewport.imageAt(at))
    if (cancelled || !worthKeeping(draft)) {
      this.giveUp()
    } else if (complete(draft)) {
      this.giveUp()
      this.hands.marked(draft)
    } else {
      this.change(draft)
    }
  }

  private roll(event: WheelEvent): void {
    event.preventDefault()
    const at = this.place(event)
    if (event.ctrlKey || event.metaKey) {
      this.viewport.zoomAt(Math.exp(-event.deltaY / 300), at)
      return
    }
    // A mouse's wheel clicks by 100 or so; a touchpad flows.
    this.wheel += event.deltaMode === 0 ? event.deltaY / 80 : event.deltaY
    const steps = Math.trunc(
      Math.abs(event.deltaY) >= 50 && Math.abs(this.wheel) < 1 ? Math.sign(event.deltaY) : this.wheel,
    )
    this.wheel -= steps
    if (Math.abs(event.deltaY) >= 50) this.wheel = 0
    if (steps !== 0) this.viewport.step(steps)
  }
}

/** Two stages that go through their stacks together: by place in the patient, or by the share of the stack. */
import { slicePairedWith } from './study'
import type { Viewport } from './viewport'

export class Pairing {
  private readonly undo: (() => void)[] = []
  private following = false
  private offset = 0
  private on = true

  constructor(
    private readonly left: Viewport,
    private readonly right: Viewport,
  ) {
    this.undo.push(
      left.onChange((change) => this.follow(change, left, right)),
      right.onChange((change) => this.follow(change, right, left)),
    )
    this.bring(right, left)
    this.follow('place', left, right)
    this.follow('look', left, right)
  }

  get linked(): boolean {
    return this.on
  }

  /** Unlinked, each is scrolled alone; linking again keeps the distance there is now (another breath, another start). */
  link(on: boolean): void {
    this.on = on
    if (on) this.offset = this.right.index - this.paired(this.left, this.right)
  }

  /** Turns the right one alone to this picture, whatever it is paired with. */
  turn(index: number): void {
    this.quietly(() => this.right.show(index))
  }

  stop(): void {
    for (const undo of this.undo.splice(0)) undo()
  }

  private paired(from: Viewport, to: Viewport): number {
    return slicePairedWith(to.stack?.slices ?? [], from.stack?.slices ?? [], from.index)
  }

  private follow(change: string, from: Viewport, to: Viewport): void {
    if (!this.on || this.following) return
    if (change === 'stack') this.offset = 0
    if (change === 'slice' || change === 'stack') this.bring(to, from)
    if (change === 'place') this.quietly(() => to.setPlace(from.place))
    if (change === 'look' && alike(from, to))
      this.quietly(() => to.setWindow(from.look.window, from.shownCurve))
  }

  private bring(to: Viewport, from: Viewport): void {
    const away = to === this.right ? this.offset : -this.offset
    this.quietly(() => to.show(this.paired(from, to) + away))
  }

  private quietly(run: () => void): void {
    this.following = true
    run()
    this.following = false
  }
}

/** One window says the same of both only where their values have one unit. */
function alike(one: Viewport, other: Viewport): boolean {
  const unit = one.slice?.instance.unit
  return Boolean(unit) && unit === other.slice?.instance.unit
}

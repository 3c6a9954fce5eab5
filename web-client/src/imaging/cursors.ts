/** The others' pointers over a stage: one element each, moved without asking Vue. They lie on image pixels, not on the screen. */
import type { SharedCursor } from './sharing'
import type { Viewport } from './viewport'

const ARROW =
  'M4.04 4.69a.5.5 0 0 1 .65-.65l16 6.5a.5.5 0 0 1-.06.95l-6.13 1.58a2 2 0 0 0-1.44 1.43l-1.58 6.13a.5.5 0 0 1-.94.06z'
const SVG = 'http://www.w3.org/2000/svg'

interface Pin {
  element: HTMLElement
  name: HTMLElement
}

function pin(): Pin {
  const element = document.createElement('div')
  element.className = 'cursor'
  const arrow = document.createElementNS(SVG, 'svg')
  arrow.setAttribute('viewBox', '0 0 24 24')
  arrow.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(SVG, 'path')
  path.setAttribute('d', ARROW)
  arrow.append(path)
  const name = document.createElement('span')
  element.append(arrow, name)
  return { element, name }
}

export class Cursors {
  private readonly pins = new Map<string, Pin>()
  private shown: ReadonlyMap<string, SharedCursor & { name: string }> = new Map()

  constructor(
    private readonly layer: HTMLElement,
    private readonly viewport: Viewport,
    private readonly words: (name: string) => string,
  ) {}

  show(cursors: ReadonlyMap<string, SharedCursor & { name: string }>): void {
    this.shown = cursors
    for (const [seat, { element }] of this.pins) {
      if (cursors.has(seat)) continue
      element.remove()
      this.pins.delete(seat)
    }
    this.place()
  }

  /** Puts them where they belong now; called with every frame that is drawn. */
  place(): void {
    const { slice } = this.viewport
    for (const [seat, cursor] of this.shown) {
      const here = cursor.instance === slice?.instance.id && cursor.frame === slice.frame
      const [x, y] = this.viewport.stageAt([cursor.x, cursor.y])
      const { element, name } = this.pinOf(seat)
      element.hidden = !here
      element.dataset['seat'] = seat
      element.dataset['image'] = `${cursor.x},${cursor.y}`
      element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`
      const words = this.words(cursor.name)
      if (name.textContent !== words) name.textContent = words
    }
  }

  private pinOf(seat: string): Pin {
    let found = this.pins.get(seat)
    if (!found) {
      found = pin()
      this.pins.set(seat, found)
      this.layer.append(found.element)
    }
    return found
  }
}

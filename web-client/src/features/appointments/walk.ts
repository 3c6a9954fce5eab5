/** Walking through a grid with the keys: rows of cells, each with some things in it. Pure. */
export interface Spot {
  row: number
  column: number
  /** Which of several things in one cell. */
  item: number
}

/** How many stops each cell has: its things, or the empty cell itself. */
export type Shape = readonly (readonly number[])[]

const within = (n: number, end: number) => Math.min(Math.max(n, 0), Math.max(0, end - 1))

/** The spot kept inside a grid that may have changed meanwhile. */
export function kept(at: Spot, shape: Shape): Spot {
  const row = within(at.row, shape.length)
  const column = within(at.column, shape[row]?.length ?? 0)
  return { row, column, item: within(at.item, shape[row]?.[column] ?? 0) }
}

/** Where a key leads; undefined for a key that is none of the grid's. */
export function walk(key: string, at: Spot, shape: Shape, control = false): Spot | undefined {
  const last = shape.length - 1
  const ends = (row: number) => (shape[row]?.length ?? 1) - 1
  switch (key) {
    case 'ArrowLeft':
      return kept({ ...at, column: at.column - 1, item: 0 }, shape)
    case 'ArrowRight':
      return kept({ ...at, column: at.column + 1, item: 0 }, shape)
    case 'ArrowDown': {
      const more = at.item + 1 < (shape[at.row]?.[at.column] ?? 0)
      if (more) return { ...at, item: at.item + 1 }
      return at.row === last ? at : kept({ ...at, row: at.row + 1, item: 0 }, shape)
    }
    case 'ArrowUp': {
      if (at.item > 0) return { ...at, item: at.item - 1 }
      return at.row === 0 ? at : kept({ ...at, row: at.row - 1, item: Infinity }, shape)
    }
    case 'Home':
      return kept({ row: control ? 0 : at.row, column: 0, item: 0 }, shape)
    case 'End': {
      const row = control ? last : at.row
      return kept({ row, column: ends(row), item: 0 }, shape)
    }
    default:
      return undefined
  }
}

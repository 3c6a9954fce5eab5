/** What a grid of doctors and days is made of. */
export interface RosterColumn {
  key: string
  label: string
  /** Under the label: a date. */
  sub?: string
  /** As `sub`, where there is little room. */
  short?: string
  marked?: boolean
}

export interface RosterRow<T> {
  key: string
  /** The first row of this doctor. */
  first: boolean
  cells: readonly (readonly T[])[]
}

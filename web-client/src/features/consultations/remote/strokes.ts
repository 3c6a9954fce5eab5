/** A signature drawn with a finger: strokes of points, taken back one by one, sent as whole numbers. Pure. */

/** x and y in thousandths of the field's width, time in milliseconds since the first touch. */
export type Point = readonly [x: number, y: number, t: number]
export type Stroke = readonly Point[]

export const WIDTH = 1000
export const HEIGHT = 320
const NEAR = 2.5
const MOST_POINTS = 6_000
const MOST_STROKES = 200
const MOST_IN_STROKE = 2_000
/** Less than this is a slip of the finger, not a name. */
const LEAST_LENGTH = 130

/** Adds a point unless the finger hardly moved. */
export function extended(stroke: Stroke, point: Point): Stroke {
  const last = stroke.at(-1)
  return last && Math.hypot(last[0] - point[0], last[1] - point[1]) < NEAR ? stroke : [...stroke, point]
}

export function lengthOf(strokes: readonly Stroke[]): number {
  let sum = 0
  for (const stroke of strokes)
    for (let i = 1; i < stroke.length; i++) {
      const [a, b] = [stroke[i - 1] as Point, stroke[i] as Point]
      sum += Math.hypot(a[0] - b[0], a[1] - b[1])
    }
  return sum
}

export const isSignature = (strokes: readonly Stroke[]): boolean => lengthOf(strokes) >= LEAST_LENGTH

/** Whole numbers within the field, at most so many points that nobody sends a novel. */
export function toSend(strokes: readonly Stroke[]): [number, number, number][][] {
  const within = (value: number, most: number) => Math.min(most, Math.max(0, Math.round(value)))
  let left = MOST_POINTS
  const kept: [number, number, number][][] = []
  for (const stroke of strokes.slice(0, MOST_STROKES)) {
    const points = stroke.slice(0, Math.min(left, MOST_IN_STROKE))
    left -= points.length
    if (points.length)
      kept.push(points.map(([x, y, t]) => [within(x, WIDTH), within(y, HEIGHT), Math.max(0, Math.round(t))]))
  }
  return kept
}

/** The SVG path of a stroke: rounded through the middles of its points; one touch is a dot. */
export function pathOf(stroke: Stroke): string {
  const [first] = stroke
  if (!first) return ''
  if (stroke.length === 1) return `M${first[0]} ${first[1]}h.01`
  let path = `M${first[0]} ${first[1]}`
  for (let i = 1; i < stroke.length - 1; i++) {
    const [a, b] = [stroke[i] as Point, stroke[i + 1] as Point]
    path += `Q${a[0]} ${a[1]} ${(a[0] + b[0]) / 2} ${(a[1] + b[1]) / 2}`
  }
  const last = stroke.at(-1) as Point
  return `${path}L${last[0]} ${last[1]}`
}

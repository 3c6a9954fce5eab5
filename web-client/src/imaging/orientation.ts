/** Which way the patient lies in a picture: letters at the four edges of the stage, following turn and flip. */
import { directions, type InstanceView, type Triple } from './study'
import type { Place } from './transform'

export interface Letters {
  left: string
  right: string
  top: string
  bottom: string
}

const AXES = [
  ['R', 'L'],
  ['A', 'P'],
  ['F', 'H'],
] as const

/** Where a direction points: L(eft) R(ight) P(osterior) A(nterior) H(ead) F(oot), the strongest first, at most two. */
export function lettersOf(direction: Triple): string {
  return AXES.map(([minus, plus], axis) => {
    const part = direction[axis] as number
    return { letter: part < 0 ? minus : plus, strength: Math.abs(part) }
  })
    .filter(({ strength }) => strength > 0.25)
    .sort((one, other) => other.strength - one.strength)
    .slice(0, 2)
    .map(({ letter }) => letter)
    .join('')
}

const against = ([x, y, z]: Triple): Triple => [-x, -y, -z]

/** The letters at the edges; undefined where the file does not say how the patient lay. */
export function edgeLetters(
  instance: InstanceView,
  place: Pick<Place, 'turn' | 'flip'>,
): Letters | undefined {
  const known = directions(instance)
  if (!known) return undefined
  const [row, column] = known
  // Going right, down, left, up on the stage, as if nothing were turned.
  const around = [row, column, against(row), against(column)]
  const seen = (side: number): string => lettersOf(around[(((side - place.turn) % 4) + 4) % 4] as Triple)
  const [right, bottom, left, top] = [seen(0), seen(1), seen(2), seen(3)]
  return place.flip ? { left: right, right: left, top, bottom } : { left, right, top, bottom }
}

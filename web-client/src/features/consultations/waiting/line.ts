/** The people before me as stations of a line: who is inside, who comes next, and me. Pure. */

export interface Station {
  key: string
  kind: 'inside' | 'waiting' | 'more' | 'me'
  /** The number of the slip, or how many are left out. */
  number: number
  /** 1 is the next one to be called. */
  place: number
}

const MOST = 3

/** At most five stations, whatever the length of the queue. */
export function lineOf(numbers: readonly number[], inside: number, mine: number): Station[] {
  const stations: Station[] = numbers.map((number, i) => ({
    key: `${number}`,
    kind: i < inside ? 'inside' : 'waiting',
    number,
    place: i - inside + 1,
  }))
  const me: Station = { key: 'me', kind: 'me', number: mine, place: numbers.length - inside + 1 }
  if (stations.length <= MOST) return [...stations, me]
  const hidden = stations.length - MOST + 1
  const last = stations[stations.length - 1] as Station
  const more: Station = { key: 'more', kind: 'more', number: hidden, place: 0 }
  return [...stations.slice(0, MOST - 2), more, last, me]
}

/** A slip's number in two digits. */
export function twoDigits(number: number): string {
  return String(number).padStart(2, '0')
}

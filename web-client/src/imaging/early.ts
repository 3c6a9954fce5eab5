/**
 * A study that is about to be opened is asked for while the viewer's code is still on its way, and beside it the picture that
 * it opens with: on a weak line each question that waits for another costs half a second. Knows nothing of the viewer, so
 * that the list of addresses can begin it.
 */
import { call } from '@/api/client'

export interface Early {
  study: Promise<Response>
  /** undefined: there is none, or it did not come; it is asked for again where it is needed. */
  picture: Promise<Response | undefined>
}

const GOOD_FOR_MS = 30_000
let begun: { id: string; at: number; early: Early } | undefined

interface Line {
  effectiveType?: string
  saveData?: boolean
  downlink?: number
}

/** Small previews on weak lines: the first look counts. */
export function previewSize(): number {
  const { connection } = navigator as { connection?: Line }
  const weak = connection?.saveData === true || (connection?.downlink ?? 10) < 1
  return weak || /2g/.test(connection?.effectiveType ?? '') ? 128 : 256
}

export const studyPath = (id: string): string => `/api/imaging/studies/${encodeURIComponent(id)}`

/** Asks for both, the picture first: it is soon made, and must not wait behind the longer answer. */
export function bothOf(id: string, ask: (path: string) => Promise<Response>): Early {
  const picture = ask(`${studyPath(id)}/first-picture?size=${previewSize()}`).catch(() => undefined)
  return { study: ask(studyPath(id)), picture }
}

export function beginStudy(id: string): void {
  const early = bothOf(id, (path) => call(new Request(new URL(path, location.origin))))
  // Whoever takes it hears of the refusal; nobody may.
  early.study.catch(() => undefined)
  begun = { id, at: performance.now(), early }
}

/** What was begun for this study, once, while it is young. */
export function takeStudy(id: string): Early | undefined {
  const held = begun
  begun = undefined
  return held?.id === id && performance.now() - held.at < GOOD_FOR_MS ? held.early : undefined
}

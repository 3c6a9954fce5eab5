/** English of rxreview.ts. */
import type { zh } from './rxreview'

export const en: Record<keyof typeof zh, string> = {
  'talk.none': 'Nothing written yet',
  'talk.you': 'Me',
  'talk.write': 'Write to the other side',
  'talk.send': 'Send',
}

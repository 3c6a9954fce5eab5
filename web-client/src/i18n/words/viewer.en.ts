/** English of viewer.ts. */
import type { zh } from './viewer'

export const en: Record<keyof typeof zh, string> = {
  'paper.smaller': 'Smaller',
  'paper.larger': 'Larger',
  'paper.turn': 'Turn',
  'paper.before': 'Previous',
  'paper.next': 'Next',
  'paper.window': 'Open in a window',
  'paper.close': 'Done reading',
  'recording.logged': 'Watching it is listed for the patient.',
  'recording.none': 'There is no recording',
  'recording.pending': 'The recording is being prepared, {n} {n#part|parts} to go; it appears by itself.',
}

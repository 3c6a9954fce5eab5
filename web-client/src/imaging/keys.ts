/** What the keyboard does on a stage. Pure: a key gives the name of what is wanted; the viewer does it. */
import type { Tool } from './gestures'
import { PRESETS, type Preset } from './windowing'

export type Wanted =
  | { step: number }
  | { go: 'first' | 'last' }
  | { zoom: number }
  | { tool: Tool }
  | { preset: Preset | 'own' }
  | { run: 'reset' | 'turn' | 'flip' | 'invert' | 'cine' | 'giveUp' | 'remove' | 'overlay' }

const TOOLS: Readonly<Record<string, Tool>> = {
  p: 'point',
  w: 'window',
  m: 'move',
  z: 'zoom',
  s: 'stack',
  l: 'length',
  a: 'angle',
  e: 'ellipse',
  t: 'text',
}
const NAMED: Readonly<Record<string, Wanted>> = {
  ArrowUp: { step: -1 },
  ArrowLeft: { step: -1 },
  ArrowDown: { step: 1 },
  ArrowRight: { step: 1 },
  PageUp: { step: -10 },
  PageDown: { step: 10 },
  Home: { go: 'first' },
  End: { go: 'last' },
  '+': { zoom: 1.25 },
  '=': { zoom: 1.25 },
  '-': { zoom: 0.8 },
  '0': { preset: 'own' },
  ' ': { run: 'cine' },
  Escape: { run: 'giveUp' },
  Delete: { run: 'remove' },
  Backspace: { run: 'remove' },
  f: { run: 'reset' },
  r: { run: 'turn' },
  h: { run: 'flip' },
  i: { run: 'invert' },
  o: { run: 'overlay' },
}

export function wantedBy(
  key: string,
  held: { ctrl: boolean; alt: boolean; meta: boolean },
): Wanted | undefined {
  if (held.ctrl || held.alt || held.meta) return undefined
  const plain = key.length === 1 ? key.toLowerCase() : key
  const named = NAMED[plain]
  if (named) return named
  const tool = TOOLS[plain]
  if (tool) return { tool }
  const preset = (Object.keys(PRESETS) as Preset[])[Number(plain) - 1]
  return /^[1-9]$/.test(plain) && preset ? { preset } : undefined
}

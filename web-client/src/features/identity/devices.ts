/** A device in words people know, from what its browser says of itself. */
import { dotted } from '@/i18n/lists'

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/HarmonyOS|OpenHarmony/, 'HarmonyOS'],
  [/Android/, 'Android'],
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'Mac'],
  [/Linux/, 'Linux'],
]
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/MicroMessenger/, '微信'],
  [/Edg/, 'Edge'],
  [/Firefox|FxiOS/, 'Firefox'],
  [/Chrome|CriOS/, 'Chrome'],
  [/Safari/, 'Safari'],
]

function known(list: typeof SYSTEMS, text: string): string {
  return list.find(([pattern]) => pattern.test(text))?.[1] ?? ''
}

/** "Android · Chrome"; empty when it says nothing that is known. */
export function deviceName(agent: string): string {
  return dotted([known(SYSTEMS, agent), known(BROWSERS, agent)])
}

/** A document inside a study, opened in a tab of its own. */
import type { Ask } from '@/imaging/transport'
import { asProblem, type Problem } from '@/api/problem'

const KEPT_MS = 60_000

/** What was in the way, if anything. */
export async function openDocument(ask: Ask, instance: string): Promise<Problem | undefined> {
  // The tab is opened within the press, or the browser takes it for an advertisement.
  const tab = window.open('', '_blank')
  try {
    const answer = await ask(`/api/imaging/instances/${instance}/document`, new AbortController().signal)
    const address = URL.createObjectURL(await answer.blob())
    if (tab) tab.location.href = address
    setTimeout(() => URL.revokeObjectURL(address), KEPT_MS)
    return undefined
  } catch (error) {
    tab?.close()
    return asProblem(error)
  }
}

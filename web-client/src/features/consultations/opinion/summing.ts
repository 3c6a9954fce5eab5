/** Putting the signed opinions of several experts under one another, for the lead to make one summary of. Pure. */
import type { ExpertOpinion, Said } from './contract'

const PARTS = ['findings', 'opinion', 'advice'] as const

/** What the lead wrote already stays above; nothing is taken over twice. */
export function joined(
  said: Said,
  experts: readonly ExpertOpinion[],
  titleOf: (title: string) => string,
): Said {
  const next: Said = { ...said, figures: [...said.figures] }
  for (const part of PARTS) {
    const lines = experts
      .filter((one) => one.content?.[part])
      .map((one) => `${one.name} ${titleOf(one.title)}：${one.content?.[part] ?? ''}`)
      .filter((line) => !said[part].includes(line))
    next[part] = [said[part].trimEnd(), ...lines].filter(Boolean).join('\n')
  }
  const has = new Set(next.figures.map((one) => one.attachment))
  for (const figure of experts.flatMap((one) => one.content?.figures ?? []))
    if (!has.has(figure.attachment)) next.figures.push(figure)
  return next
}

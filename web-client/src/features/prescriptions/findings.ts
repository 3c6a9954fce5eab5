/**
 * What the checks found, as pages show it: beside which line, in which order, what keeps a prescription from being
 * signed, and what no rule covers. Nothing here makes an uncovered or failed check look passed.
 */
import type { Covered, Finding, Level, Outcome } from './contract'
import { shown } from '@/view/settings'

/** Worst first, as the server orders decisions. */
export const LEVELS: readonly Level[] = ['stop', 'failed', 'not_covered', 'confirm', 'warning', 'information']

const rank = (level: Level) => LEVELS.indexOf(level)

export function worstFirst(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => rank(a.level) - rank(b.level))
}

/** A finding stands beside the last line it concerns: the one whose arrival brought it. */
export function standsAt(finding: Finding): number | undefined {
  return finding.lines.length ? Math.max(...finding.lines) : undefined
}

export function findingsAt(outcome: Outcome | null | undefined, line: number): Finding[] {
  return worstFirst((outcome?.findings ?? []).filter((one) => standsAt(one) === line))
}

/** Those of the prescription as a whole. */
export function findingsOfWhole(outcome: Outcome | null | undefined): Finding[] {
  return worstFirst((outcome?.findings ?? []).filter((one) => one.lines.length === 0))
}

export function sentenceOf(finding: Finding): string {
  return (shown.language === 'en' && finding.sentence_en) || finding.sentence_zh
}

export function adviceOf(finding: Finding): string {
  return (shown.language === 'en' && finding.advice_en) || finding.advice_zh
}

export interface LineCoverage {
  checked: string[]
  not_covered: string[]
  failed: string[]
}

/** Which checks looked at a line, and which could not. */
export function coverageAt(outcome: Outcome | null | undefined, line: number): LineCoverage {
  const found: LineCoverage = { checked: [], not_covered: [], failed: [] }
  for (const one of outcome?.coverage ?? []) {
    if (one.line === line && one.covered !== 'not_applicable') found[one.covered].push(one.check)
  }
  return found
}

export type LineState = Level | 'clear' | 'unchecked'

/**
 * The one word for a line. "Clear" needs at least one check that looked, none that failed, none without data; a line
 * that an interaction names has that interaction's word though the finding stands beside another line.
 */
export function stateOfLine(outcome: Outcome | null | undefined, line: number): LineState {
  if (!outcome) return 'unchecked'
  const [worst] = worstFirst(outcome.findings.filter((one) => one.lines.includes(line)))
  const { checked, not_covered, failed } = coverageAt(outcome, line)
  if (worst && rank(worst.level) <= rank('failed')) return worst.level
  if (failed.length) return 'failed'
  if (worst) return worst.level
  if (not_covered.length || !checked.length) return 'not_covered'
  return 'clear'
}

/** What a doctor must answer with a reason before signing. */
export function needsReason(finding: Finding): boolean {
  return finding.level === 'confirm' || finding.level === 'warning'
}

export interface Open {
  stops: Finding[]
  failed: Finding[]
  /** Confirmed twice by the prescriber. */
  confirms: Finding[]
  uncovered: Finding[]
  unanswered: Finding[]
}

export function openOf(outcome: Outcome | null | undefined, reasons: Readonly<Record<string, string>>): Open {
  const findings = outcome?.findings ?? []
  return {
    stops: findings.filter((one) => one.level === 'stop'),
    failed: findings.filter((one) => one.level === 'failed'),
    confirms: findings.filter((one) => one.level === 'confirm'),
    uncovered: findings.filter((one) => one.level === 'not_covered'),
    unanswered: findings.filter((one) => needsReason(one) && !(reasons[one.id] ?? '').trim()),
  }
}

/** The lines a list of findings is about, each once, in order. */
export function linesOf(findings: readonly Finding[]): number[] {
  return [...new Set(findings.flatMap((one) => one.lines))].sort((a, b) => a - b)
}

export function countCovered(outcome: Outcome): Record<Covered, number> {
  const counts: Record<Covered, number> = { checked: 0, not_covered: 0, failed: 0, not_applicable: 0 }
  for (const one of outcome.coverage) counts[one.covered] += 1
  return counts
}

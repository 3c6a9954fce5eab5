import { describe, expect, it } from 'vitest'
import type { Coverage, Finding, Outcome } from '@/features/prescriptions/contract'
import { asShown } from '@/features/prescriptions/editor/compose'
import {
  blankLine,
  follow,
  fromItem,
  lacksOf,
  lineFor,
  pieceLine,
  quantityOf,
  toItem,
  type Line,
} from '@/features/prescriptions/editor/lines'
import {
  coverageAt,
  findingsAt,
  findingsOfWhole,
  openOf,
  stateOfLine,
} from '@/features/prescriptions/findings'

const line = (given: Partial<Line> = {}): Line => ({
  ...blankLine('氨氯地平'),
  drug_id: 'amlodipine',
  strength: '5 mg',
  dose: '5',
  frequency: 'qd',
  days: '28',
  ...given,
})
const finding = (given: Partial<Finding>): Finding => ({
  id: `${given.rule ?? 'IX1'}/${given.lines?.join(',') ?? ''}`,
  check: 'E11',
  rule: 'IX1',
  level: 'warning',
  lines: [],
  met: [],
  sentence_zh: '一句话',
  sentence_en: 'a sentence',
  advice_zh: '',
  advice_en: '',
  source: '',
  confidence: 'high',
  data_version: '1',
  ...given,
})
const looked = (at: number, check: string, covered: Coverage['covered'] = 'checked'): Coverage => ({
  line: at,
  check,
  covered,
  note_zh: '',
  note_en: '',
})
const outcome = (findings: Finding[], coverage: Coverage[]): Outcome => ({
  id: 'run',
  decision: 'passed',
  findings,
  coverage,
  data_version: '1',
  at: '2026-11-23T06:46:00Z',
  digest: '0',
  unsigned_notice: null,
})

describe('the quantity of a line', () => {
  it('follows from dose, strength, frequency and days', () => {
    expect(quantityOf(line())).toBe(28)
    expect(quantityOf(line({ dose: '10', frequency: 'bid', days: '7' }))).toBe(28)
    expect(
      quantityOf(line({ dose: '0.5', unit: 'g', strength: '500mg', frequency: 'bid', days: '28' })),
    ).toBe(56)
    expect(quantityOf(line({ dose: '10', frequency: 'qw', days: '28' }))).toBe(8)
  })
  it('counts half tablets as halves and rounds the whole up', () => {
    expect(quantityOf(line({ dose: '2.5' }))).toBe(14)
    expect(quantityOf(line({ dose: '2.5', days: '7' }))).toBe(4)
  })
  it('is not guessed without a strength, a dose, or for what is taken when needed', () => {
    expect(quantityOf(line({ strength: '' }))).toBeUndefined()
    expect(quantityOf(line({ strength: '一片' }))).toBeUndefined()
    expect(quantityOf(line({ dose: 'x' }))).toBeUndefined()
    expect(quantityOf(line({ frequency: 'prn' }))).toBeUndefined()
  })
  it('of pieces is grams for each dose times the doses, however often each is drunk', () => {
    expect(quantityOf({ ...pieceLine('黄芪', '7', 'bid'), dose: '15' })).toBe(105)
  })
  it('stays as the doctor wrote it', () => {
    const mine = line({ quantity: '30', quantity_own: true })
    follow(mine)
    expect(mine.quantity).toBe('30')
    const theirs = line()
    follow(theirs)
    expect(theirs.quantity).toBe('28')
  })
})

describe('a line', () => {
  it('takes unit, route and frequency of the drug, but never a dose', () => {
    const drug = {
      id: 'metformin',
      name: '二甲双胍',
      unit: 'mg',
      route: 'PO',
      times_per_day: 2,
      products: [],
    }
    expect(lineFor(drug, '28')).toMatchObject({
      dose: '',
      unit: 'mg',
      route: 'PO',
      frequency: 'bid',
      days: '28',
    })
  })
  it('names what it lacks', () => {
    expect(lacksOf(line({ quantity: '28' }), 'western')).toEqual([])
    expect(lacksOf(blankLine('x'), 'western')).toEqual(['dose', 'frequency', 'days', 'quantity'])
    expect(lacksOf(line({ quantity: '28', days: '1.5' }), 'western')).toEqual(['days'])
  })
  it('comes back from the server as it was sent, with an own quantity known as such', () => {
    const back = (sent: Line) => ({ ...fromItem(toItem(sent)), key: sent.key })
    const usual = line({ quantity: '28' })
    expect(back(usual)).toEqual(usual)
    const own = line({ quantity: '30', quantity_own: true })
    expect(back(own)).toEqual(own)
  })
})

describe('findings', () => {
  const met = finding({ rule: 'IX2', level: 'stop', lines: [1, 2] })
  it('stand beside the last line they concern, the worst first, and only there', () => {
    const soft = finding({ rule: 'W', lines: [2] })
    const all = outcome([soft, met], [])
    expect(findingsAt(all, 2)).toEqual([met, soft])
    expect(findingsAt(all, 1)).toEqual([])
    expect(findingsOfWhole(outcome([met, finding({ rule: 'E3' })], []))).toHaveLength(1)
  })
  it('give both lines their state though they stand beside one', () => {
    const all = outcome([met], [looked(1, 'E4'), looked(2, 'E4')])
    expect(stateOfLine(all, 1)).toBe('stop')
    expect(stateOfLine(all, 2)).toBe('stop')
  })
  it('never make a line clear that is not covered, failed, or was never looked at', () => {
    expect(stateOfLine(outcome([], [looked(1, 'E4')]), 1)).toBe('clear')
    expect(stateOfLine(outcome([], [looked(1, 'E4'), looked(1, 'E6', 'not_covered')]), 1)).toBe('not_covered')
    expect(stateOfLine(outcome([], [looked(1, 'E4'), looked(1, 'E6', 'failed')]), 1)).toBe('failed')
    expect(stateOfLine(outcome([], [looked(1, 'E4', 'not_applicable')]), 1)).toBe('not_covered')
    expect(stateOfLine(outcome([], []), 1)).toBe('not_covered')
    expect(stateOfLine(undefined, 1)).toBe('unchecked')
  })
  it('of a failed check outrank a warning of another', () => {
    const all = outcome([finding({ lines: [1] })], [looked(1, 'E6', 'failed')])
    expect(stateOfLine(all, 1)).toBe('failed')
    expect(coverageAt(all, 1).failed).toEqual(['E6'])
  })
  it('ask for a reason until there is one', () => {
    const confirm = finding({ rule: 'C', level: 'confirm', lines: [1] })
    const all = outcome([confirm, met], [])
    expect(openOf(all, {}).unanswered).toEqual([confirm])
    expect(openOf(all, { [confirm.id]: '  ' }).unanswered).toEqual([confirm])
    expect(openOf(all, { [confirm.id]: '既往耐受' }).unanswered).toEqual([])
    expect(openOf(all, {}).stops).toEqual([met])
  })
  it('are shown by the lines of the page, and vanish with theirs', () => {
    const [first, waiting, second] = [line(), blankLine('未写完'), line()]
    const places = { [first.key]: 1, [second.key]: 2 }
    const checked = outcome([met], [looked(1, 'E4'), looked(2, 'E4')])
    const shown = asShown(checked, [first, waiting, second], places)
    expect(shown.findings[0]?.lines).toEqual([1, 3])
    expect(shown.coverage.map((one) => one.line)).toEqual([1, 3])
    expect(asShown(checked, [first], places).findings).toEqual([])
  })
})

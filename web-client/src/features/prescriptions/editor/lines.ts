/**
 * The lines of a prescription while they are written: text as people type it, the quantity that follows from dose,
 * frequency and days, what a line still lacks, and what it becomes for the server.
 */
import type { Drug, Kind, Written } from '../contract'
import { numberOf } from '@/features/records/note/note'

export const FREQUENCIES = [
  'qd',
  'bid',
  'tid',
  'qid',
  'qn',
  'q12h',
  'q8h',
  'q6h',
  'qod',
  'qw',
  'prn',
] as const
export type Frequency = (typeof FREQUENCIES)[number]

const A_DAY: Readonly<Record<Frequency, number | undefined>> = {
  qd: 1,
  bid: 2,
  tid: 3,
  qid: 4,
  qn: 1,
  q12h: 2,
  q8h: 3,
  q6h: 4,
  qod: 1 / 2,
  qw: 1 / 7,
  prn: undefined,
}
export const ROUTES = ['PO', 'SL', 'INH', 'TOP', 'SC', 'IM', 'IV'] as const
export const UNITS = [
  'mg',
  'g',
  'mcg',
  'ml',
  'unit',
  'tablet',
  'capsule',
  'sachet',
  'pill',
  'inhalation',
  'drop',
  'patch',
  'application',
] as const
/** What is counted out to the patient. */
export const PACK_UNITS = ['片', '粒', '袋', '支', '瓶', '盒', '贴', '丸', 'ml', 'g'] as const
/** How pieces are treated when they are boiled. */
export const DECOCTION = ['先煎', '后下', '包煎', '另煎', '烊化', '冲服'] as const

export interface Line {
  key: string
  drug_id: string | null
  name: string
  strength: string
  dose: string
  unit: string
  route: string
  frequency: string
  days: string
  quantity: string
  quantity_unit: string
  /** The doctor wrote the quantity; it no longer follows. */
  quantity_own: boolean
  note: string
  reason: string
  /** What the institution stocks, to choose from. */
  strengths: string[]
}

let made = 0
export const newKey = (): string => `line-${++made}`

/** A line for a drug just chosen. The dose is the doctor's to write: none is filled in. */
export function lineFor(drug: Chosen, days: string): Line {
  const usual = (['qd', 'bid', 'tid', 'qid'] as const)[(drug.times_per_day ?? 0) - 1]
  const strengths = [...new Set(drug.products.map((one) => one.strength).filter(Boolean))]
  const only = strengths.length === 1 ? drug.products[0] : undefined
  return {
    ...blankLine(drug.name),
    drug_id: drug.id,
    unit: drug.unit,
    route: drug.route,
    frequency: usual ?? '',
    days,
    strength: only?.strength ?? '',
    quantity_unit: only?.unit || '片',
    strengths,
  }
}
type Chosen = Pick<Drug, 'id' | 'name' | 'unit' | 'route' | 'times_per_day' | 'products'>

export function blankLine(name: string): Line {
  return {
    key: newKey(),
    drug_id: null,
    name,
    strength: '',
    dose: '',
    unit: 'mg',
    route: 'PO',
    frequency: '',
    days: '',
    quantity: '',
    quantity_unit: '片',
    quantity_own: false,
    note: '',
    reason: '',
    strengths: [],
  }
}

/** A herb in a prescription of pieces: grams for each dose; days and frequency stand over all of them. */
export function pieceLine(name: string, days: string, frequency: string): Line {
  return { ...blankLine(name), unit: 'g', frequency, days, quantity_unit: 'g' }
}

const PER_MG: Readonly<Record<string, number>> = { mcg: 1 / 1000, ug: 1 / 1000, μg: 1 / 1000, mg: 1, g: 1000 }

/** One tablet, puff or sachet: "5 mg" and "5mg" alike, in the unit of the dose; undefined when it cannot be told. */
function onePiece(strength: string, unit: string): number | undefined {
  const parts = /^\s*(\d+(?:\.\d+)?)\s*([a-zA-Zμ]+)\s*$/.exec(strength)
  if (!parts?.[1] || !parts[2]) return undefined
  const given = parts[2].toLowerCase()
  if (given === unit) return Number(parts[1])
  const [from, to] = [PER_MG[given], PER_MG[unit]]
  return from && to ? (Number(parts[1]) * from) / to : undefined
}

const round = (n: number) => Math.round(n * 1000) / 1000

/** How much to hand out; undefined where dose, frequency, days or the strength do not tell. */
export function quantityOf(line: Line): number | undefined {
  const dose = numberOf(line.dose)
  const days = numberOf(line.days)
  const a_day = A_DAY[line.frequency as Frequency]
  if (!dose || !days || !a_day) return undefined
  const times = Math.ceil(round(a_day * days))
  if (line.unit === 'g' && line.quantity_unit === 'g') return round(dose * days)
  if (line.unit === 'tablet' && line.quantity_unit === '片') return Math.ceil(round(dose * times))
  if (line.unit === line.quantity_unit) return round(dose * times)
  const one = onePiece(line.strength, line.unit)
  return one ? Math.ceil(round((dose / one) * times)) : undefined
}

/** Puts the quantity that follows into the line, unless the doctor wrote one. */
export function follow(line: Line): void {
  if (line.quantity_own) return
  line.quantity = quantityOf(line)?.toString() ?? ''
}

export type Lack = 'dose' | 'frequency' | 'days' | 'quantity' | 'route'

/** What a line still needs, in the order of its fields; a number that is none counts as missing. */
export function lacksOf(line: Line, kind: Kind): Lack[] {
  const found: Lack[] = []
  if (!numberOf(line.dose)) found.push('dose')
  if (!line.frequency) found.push('frequency')
  if (kind === 'western' && !line.route) found.push('route')
  const days = numberOf(line.days)
  if (!days || !Number.isInteger(days)) found.push('days')
  if (!numberOf(line.quantity)) found.push('quantity')
  return found
}

export function toItem(line: Line): Written {
  return {
    drug_id: line.drug_id,
    name: line.name,
    strength: line.strength.trim(),
    dose: numberOf(line.dose) ?? null,
    unit: line.unit,
    route: line.route,
    frequency: line.frequency,
    days: numberOf(line.days) ?? null,
    quantity: numberOf(line.quantity) ?? 0,
    quantity_unit: line.quantity_unit,
    note: line.note.trim(),
    reason: line.reason.trim(),
  }
}

const text = (n: number | string | null | undefined) =>
  n === null || n === undefined ? '' : String(Number(n))

export function fromItem(item: Written): Line {
  const line: Line = {
    key: newKey(),
    drug_id: item.drug_id,
    name: item.name,
    strength: item.strength,
    dose: text(item.dose),
    unit: item.unit,
    route: item.route,
    frequency: item.frequency,
    days: text(item.days),
    quantity: text(item.quantity),
    quantity_unit: item.quantity_unit,
    quantity_own: false,
    note: item.note,
    reason: item.reason,
    strengths: [],
  }
  line.quantity_own = line.quantity !== '' && quantityOf(line)?.toString() !== line.quantity
  return line
}

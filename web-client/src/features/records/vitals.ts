/** Measured values with their words and units, in the order in which people read them. */
import type { components } from '@/api/schema'
import { t } from '@/i18n/words/records'

type Vitals = components['schemas']['NoteContent']['vitals']

const UNITS = {
  systolic_mmhg: 'mmHg',
  diastolic_mmhg: 'mmHg',
  heart_rate_bpm: '/min',
  temperature_c: '℃',
  spo2_percent: '%',
  glucose_mmol_l: 'mmol/L',
  weight_kg: 'kg',
  height_cm: 'cm',
} as const

export interface Measured {
  label: string
  value: string
}

export function measuredOf(vitals: Vitals): Measured[] {
  return (Object.keys(UNITS) as (keyof typeof UNITS)[]).flatMap((name) => {
    const value = vitals?.[name]
    if (value === undefined || value === null) return []
    return [{ label: t(`vital.${name}`), value: `${value} ${UNITS[name]}` }]
  })
}

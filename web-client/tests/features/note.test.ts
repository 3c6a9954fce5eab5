import { describe, expect, it } from 'vitest'
import { differences } from '@/features/records/note/compare'
import {
  allergiesOf,
  badVitals,
  blank,
  fromContent,
  missingIn,
  numberOf,
  toContent,
} from '@/features/records/note/note'

const whole = () => ({
  ...blank(),
  chief_complaint: '头晕 2 周',
  history: '家庭自测血压 160/95',
  plan: '限盐',
  diagnoses: [{ icd10: 'I10', name: '原发性高血压', remark: '' }],
  disposition: 'home_care' as const,
})

describe('a note', () => {
  it('comes back from the server as it was sent', () => {
    const note = whole()
    note.vitals.systolic_mmhg = '164'
    note.vitals.diastolic_mmhg = '93'
    note.next_visit = '2026-12-07'
    expect(fromContent(toContent(note))).toEqual(note)
  })
  it('lacks nothing when it is whole, and names what is missing in the order of the form', () => {
    expect(missingIn(whole())).toEqual([])
    expect(missingIn(blank())).toEqual(['chief_complaint', 'history', 'diagnoses', 'plan', 'disposition'])
  })
  it('is not signed with half a blood pressure', () => {
    const note = whole()
    note.vitals.systolic_mmhg = '164'
    expect(missingIn(note)).toEqual(['vitals'])
    note.vitals.diastolic_mmhg = '93'
    expect(missingIn(note)).toEqual([])
  })
  it('keeps a value nobody can have out of what is saved, and says so', () => {
    const note = whole()
    note.vitals.heart_rate_bpm = '780'
    expect(badVitals(note)).toEqual(['heart_rate_bpm'])
    expect(toContent(note).vitals).toEqual({})
    note.vitals.heart_rate_bpm = '78'
    expect(toContent(note).vitals).toEqual({ heart_rate_bpm: 78 })
  })
  it('reads numbers as they are typed here', () => {
    expect([numberOf('7.4'), numberOf(' 7,4 '), numberOf('七')]).toEqual([7.4, 7.4, undefined])
  })
  it('shows where two windows differ, and nothing else', () => {
    const mine = whole()
    const theirs = { ...whole(), plan: '限盐，多走路' }
    expect(differences(mine, whole())).toEqual([])
    expect(differences(mine, theirs).map((row) => [row.field, row.mine, row.theirs])).toEqual([
      ['plan', '限盐', '限盐，多走路'],
    ])
  })
})

describe('allergies', () => {
  it('are unasked when nothing is written, none when it says so', () => {
    expect(allergiesOf('')).toBeNull()
    expect(allergiesOf('无')).toEqual([])
    expect(allergiesOf('无已知过敏')).toEqual([])
    expect(allergiesOf('否认药物过敏史')).toEqual([])
    expect(allergiesOf('No known allergies')).toEqual([])
  })
  it('are named one by one', () => {
    expect(allergiesOf('青霉素、头孢；海鲜')).toEqual(['青霉素', '头孢', '海鲜'])
  })
  it('are not lost when a sentence begins with none', () => {
    expect(allergiesOf('无花粉过敏，青霉素皮疹')).toEqual(['无花粉过敏', '青霉素皮疹'])
  })
})

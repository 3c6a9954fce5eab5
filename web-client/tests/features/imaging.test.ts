import { describe, expect, test } from 'vitest'
import type { Inside } from '@/features/imaging/arrivals/arriving'
import { Loose, type Told } from '@/features/imaging/arrivals/carriers'
import { isZip, ofChooser, sorted } from '@/features/imaging/arrivals/gather'
import {
  isMixed,
  isSure,
  isTorn,
  needsReason,
  tallyOf,
  troubles,
  unconfirmed,
} from '@/features/imaging/arrivals/inside'
import { dueOf, parts } from '@/features/imaging/clocks'
import { digitsIn, secretIn } from '@/features/imaging/film/films'
import { partsFor, type Desk } from '@/features/imaging/desk'
import { bodyOf, emptyEntry, lacks } from '@/features/imaging/orders/entry'
import { monthsBack } from '@/features/imaging/spans'
import { grouped, readsHere } from '@/features/imaging/status'
import { Problem } from '@/api/problem'

const file = (name: string, size = 3, type = '') =>
  Object.defineProperty(new File(['x'.repeat(size)], name, { type }), 'webkitRelativePath', { value: '' })
const found = (path: string, size = 3) => ({ path, file: file(path.split('/').pop() ?? '', size) })

describe('files of a folder', () => {
  test('are sent in the order in which people count, without what lies beside the pictures', () => {
    const { send, skipped } = sorted([
      found('disc/IM10'),
      found('disc/IM2'),
      found('disc/DICOMDIR'),
      found('disc/viewer.exe'),
      found('disc/__MACOSX/IM2'),
      found('disc/.hidden/IM3'),
      found('disc/empty', 0),
    ])
    expect(send.map((one) => one.path)).toEqual(['disc/IM2', 'disc/IM10'])
    expect(skipped.map((one) => one.why)).toEqual(['directory', 'system', 'system', 'system', 'empty'])
  })

  test('keep the place where they lay', () => {
    const inside = Object.defineProperty(new File(['x'], 'IM1'), 'webkitRelativePath', { value: 'a/b/IM1' })
    expect(ofChooser([inside]).map((one) => one.path)).toEqual(['a/b/IM1'])
  })

  test('are a zip by their name or by what the browser says', () => {
    expect(isZip(file('CT.ZIP'))).toBe(true)
    expect(isZip(file('ct', 1, 'application/zip'))).toBe(true)
    expect(isZip(file('zipper.dcm'))).toBe(false)
  })
})

const kept = { name: 'a', sha256: '', state: 'kept', reason: null, title: null, study_uid: '1' } as const
const aside = { ...kept, name: 'b', state: 'quarantined', title: '文件不完整' } as const

describe('loose files on their way', () => {
  const signal = new AbortController().signal
  const sending = (answers: readonly (() => unknown)[]) => {
    let n = 0
    return () => Promise.resolve(answers[n++]?.() as { outcomes: never[] })
  }

  test('go on when one is refused, and say which', async () => {
    const refuse = () => {
      throw new Problem({ code: 'too-large', status: 413, title: '太大' })
    }
    const heard: Told[] = []
    const loose = new Loose(
      [found('a'), found('b')],
      () => Promise.resolve('id'),
      (told) => heard.push(told),
      sending([refuse, () => ({ outcomes: [kept] })]),
    )
    await loose.send(0, () => undefined, signal)
    await loose.send(1, () => undefined, signal)
    expect(await loose.finish()).toEqual({ outcomes: [kept], refused: [{ name: 'a', title: '太大' }] })
    expect([...(await loose.open())]).toEqual([0, 1])
    expect(heard).toHaveLength(2)
  })

  test('wait for the line instead of giving a file up', async () => {
    const loose = new Loose(
      [found('a')],
      () => Promise.resolve('id'),
      undefined,
      () => Promise.reject(new Problem({ code: 'offline', title: '' })),
    )
    await expect(loose.send(0, () => undefined, signal)).rejects.toThrow('offline')
    expect([...(await loose.open())]).toEqual([])
  })

  test('are counted by what became of them, their troubles once for each reason', () => {
    const told: Told = {
      outcomes: [kept, aside, { ...aside, name: 'c' }],
      refused: [{ name: 'd', title: '太大' }],
    }
    expect(tallyOf(told)).toEqual({ kept: 1, same: 0, quarantined: 2, refused: 1 })
    expect(troubles(told)).toEqual([
      { title: '文件不完整', fate: 'quarantined', names: ['b', 'c'] },
      { title: '太大', fate: 'refused', names: ['d'] },
    ])
  })
})

describe('what is in an upload', () => {
  const person = { name: 'WANG^DESHUN', number: '', birth_date: '19680604', sex: 'M' }
  const study = (uid: string, over: Partial<Inside> = {}): Inside => ({
    study_uid: uid,
    study_id: uid,
    patient_name_in_file: person.name,
    id: '',
    birth_date: person.birth_date,
    sex: 'M',
    people: [person],
    modality: 'CT',
    description: '',
    study_at: null,
    accession_number: '',
    instances: 3,
    fits: 'yes',
    reasons: [],
    ...over,
  })
  const other = study('2', {
    patient_name_in_file: 'LI^XIULAN',
    birth_date: '19620805',
    sex: 'F',
    fits: 'no',
  })

  test('is sure when all of it is one patient’s and fits', () => {
    expect(isSure([study('1'), study('2')])).toBe(true)
    expect(isSure([])).toBe(false)
    expect(isSure([study('1'), other])).toBe(false)
  })

  test('is mixed when studies, or the files of one study, name several people', () => {
    expect(isMixed([study('1'), other])).toBe(true)
    const torn = study('1', { people: [person, { ...person, name: 'LI' }] })
    expect([isTorn(torn), isMixed([torn])]).toEqual([true, true])
  })

  test('waits until each difference is confirmed, and a stranger’s name is explained', () => {
    const doubtful = study('1', { fits: 'no', reasons: ['name', 'sex'] })
    const choices = (confirmed: string[], take = true) => ({ '1': { take, confirmed } })
    expect(unconfirmed([doubtful], choices(['name'])).map((one) => one.reason)).toEqual(['sex'])
    expect(unconfirmed([doubtful], choices(['name', 'sex']))).toEqual([])
    expect(unconfirmed([doubtful], choices([], false))).toEqual([])
    expect(needsReason([doubtful], choices([]))).toBe(true)
    expect(needsReason([doubtful], choices([], false))).toBe(false)
    expect(needsReason([study('1')], choices([]))).toBe(false)
  })
})

describe('an order', () => {
  test('says what it lacks in the order of the page', () => {
    const entry = emptyEntry()
    expect(lacks(entry, false, false)).toEqual(['patient', 'procedure', 'reason'])
    Object.assign(entry, { procedure: 'ct-chest', reason: '咳嗽三周' })
    expect(lacks(entry, true, false)).toEqual([])
    expect(lacks(entry, true, true)).toEqual(['refusal'])
  })

  test('sends why a result was not accepted only where one was offered', () => {
    const entry = {
      ...emptyEntry(),
      procedure: 'ct-chest',
      reason: ' 咳嗽 ',
      refusal: { code: 'changed', text: '' },
    }
    expect(bodyOf(entry, 'p', true).not_recognised).toEqual({ code: 'changed', text: '' })
    expect(bodyOf(entry, 'p', false).not_recognised).toBeNull()
    expect(bodyOf(entry, 'p', false).reason).toBe('咳嗽')
  })

  test('stands with critical values first, whatever its status', () => {
    const order = (id: string, status: string, state = 'none') => ({ id, status, critical: { state } })
    const orders = [
      order('a', 'acknowledged'),
      order('b', 'returned'),
      order('c', 'claimed', 'open'),
      order('d', 'final', 'acknowledged'),
    ] as unknown as Parameters<typeof grouped>[0]
    expect(grouped(orders).map(({ group, orders: some }) => [group, some.length])).toEqual([
      ['critical', 1],
      ['to_read', 2],
      ['done', 1],
    ])
  })

  test('is the reading room for whoever reads it', () => {
    expect(readsHere(['claim'])).toBe(true)
    expect(readsHere(['cancel', 'acknowledge', 'critical_acknowledge'])).toBe(false)
  })
})

describe('clocks', () => {
  const NOW = Date.parse('2026-11-23T10:00:00+08:00')
  const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString()

  test('press in the last quarter of an hour and are over after it', () => {
    expect(dueOf(at(16), NOW)).toEqual({ pressure: 'calm', minutes: 16 })
    expect(dueOf(at(15), NOW)).toEqual({ pressure: 'soon', minutes: 15 })
    expect(dueOf(at(0), NOW)?.pressure).toBe('soon')
    expect(dueOf(at(-90), NOW)).toEqual({ pressure: 'over', minutes: 90 })
    expect(dueOf(null, NOW)).toBeUndefined()
  })

  test('say days only from two on', () => {
    expect(parts(47 * 60)).toEqual({ days: 0, hours: 47, minutes: 0 })
    expect(parts(49 * 60 + 5)).toEqual({ days: 2, hours: 1, minutes: 5 })
  })

  test('a month back from the last of a month is a day that exists', () => {
    expect(monthsBack('2026-03-31', 1)).toBe('2026-02-28')
    expect(monthsBack('2026-01-15', 1)).toBe('2025-12-15')
  })
})

describe('a cloud film', () => {
  const secret = 'abcdefghijklmnopqrstuvwxyz012345'

  test('is found in its address and nowhere else', () => {
    expect(secretIn(`#${secret}`)).toBe(secret)
    expect(secretIn(`https://example.org/film#${secret}`)).toBe(secret)
    expect(secretIn('#too-short')).toBeUndefined()
    expect(secretIn(`${secret}x`)).toBeUndefined()
  })

  test('takes digits however they are typed', () => {
    expect(digitsIn('１２ 3x')).toBe('123X')
    expect(digitsIn('12345')).toBe('1234')
  })
})

describe('the parts of imaging', () => {
  const desk: Desk = { reads: true, waiting: 3, unmatched: 1, critical: 0, returned: 2 }
  const words = (role: 'doctor' | 'administrator' | 'clinic_worker', of?: Desk) =>
    partsFor(role, of).map((part) => part.word)

  test('begin with the worklist for who reads for others, who else has none', () => {
    expect(words('doctor', desk)[0]).toBe('part.worklist')
    expect(words('doctor', { ...desk, reads: false })).not.toContain('part.worklist')
    expect(words('doctor')).not.toContain('part.worklist')
  })

  test('show an administrator devices and counts, and no patient', () => {
    expect(words('administrator', undefined)).toEqual(['part.devices', 'part.figures'])
  })
})

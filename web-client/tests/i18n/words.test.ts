import { afterEach, describe, expect, test } from 'vitest'
import { catalogue, fill, wordsReady } from '@/i18n/catalogue'
import { dateAndWeekday, dateOf, dayOf, elapsed, timeOf, timesOf } from '@/i18n/when'
import { choose, standIn } from '@/view/settings'

afterEach(() => {
  choose({ language: 'zh-CN', view: 'standard', step: 2 })
  standIn('patient')
})

describe('words', () => {
  const t = catalogue(
    { ahead: '前面还有 {n} 人', 'ahead@elder': '前面 {n} 人', name: '{who}，您好' } as const,
    () =>
      Promise.resolve({
        en: { ahead: '{n} {n#person|people} ahead', 'ahead@elder': '{n} ahead', name: 'Hello {who}' },
      }),
  )

  test('fill their blanks and keep a number with its unit', () => {
    expect(t('ahead', { n: 2 })).toBe('前面还有 2\u00a0人')
    expect(t('name', { who: '张建国' })).toBe('张建国，您好')
  })

  test('are shorter in the elder view, but not on staff pages', () => {
    choose({ view: 'elder' })
    expect(t('ahead', { n: 2 })).toBe('前面 2\u00a0人')
    standIn('staff')
    expect(t('ahead', { n: 2 })).toBe('前面还有 2\u00a0人')
  })

  test('are English once the English is loaded, with the right plural', async () => {
    choose({ language: 'en' })
    expect(t('ahead', { n: 1 })).toBe('前面还有 1\u00a0人')
    await wordsReady()
    expect(t('ahead', { n: 1 })).toBe('1 person ahead')
    expect(t('ahead', { n: 2 })).toBe('2 people ahead')
  })

  test('tell whether a word exists for a state', () => {
    expect(t.has('ahead')).toBe(true)
    expect(t.has('ahead@elder')).toBe(false)
    expect(t.has('toString')).toBe(false)
  })

  test('a blank that is not given leaves nothing behind', () => {
    expect(fill('共 {n} 人')).toBe('共  人')
  })
})

describe('dates and times', () => {
  const afternoon = '2026-11-23T06:30:00Z'

  test('are those of Shanghai, in 24 hours', () => {
    expect(timeOf(afternoon)).toBe('14:30')
    expect(dayOf('2026-11-22T17:00:00Z')).toBe('2026-11-23')
  })

  test('say 上午 and 下午 in the elder view', () => {
    choose({ view: 'elder' })
    expect(timeOf(afternoon)).toBe('下\u2060午\u00a02:30')
    expect(timeOf('2026-11-22T16:05:00Z')).toBe('上\u2060午\u00a012:05')
    expect(timesOf(afternoon, '2026-11-23T06:55:00Z')).toBe('下\u2060午\u00a02:30 到 2:55')
  })

  test('say the year only when it is another one', () => {
    const now = '2026-11-22T00:00:00Z'
    expect(dateAndWeekday(afternoon, now)).toBe('11月23日\u00a0周一')
    expect(dateOf('2025-11-23T06:30:00Z', now)).toBe('2025年11月23日')
  })

  test('count a call in minutes and seconds', () => {
    expect(elapsed(372.9)).toBe('06:12')
    expect(elapsed(3972)).toBe('1:06:12')
    expect(elapsed(-3)).toBe('00:00')
  })
})

import { afterEach, expect, test } from 'vitest'
import { aside, clauses, dotted, labelled, listed } from '@/i18n/lists'
import { choose } from '@/view/settings'

afterEach(() => choose({ language: 'zh-CN' }))

const said = () => [
  listed(['心内科', '儿科']),
  labelled('原因', '复查'),
  aside('青霉素', '皮疹'),
  clauses(['普通', '', undefined, '视频']),
]

test('words in a row are punctuated as the language does', () => {
  expect(said()).toEqual(['心内科、儿科', '原因：复查', '青霉素（皮疹）', '普通，视频'])
  choose({ language: 'en' })
  expect(said()).toEqual(['心内科, 儿科', '原因: 复查', '青霉素 (皮疹)', '普通, 视频'])
})

test('what is not there leaves no punctuation behind', () => {
  expect(aside('青霉素', undefined)).toBe('青霉素')
  expect(dotted(['甲', false, null, '乙'])).toBe('甲\u00a0· 乙')
})

test('no template has punctuation of one language beside what it says', () => {
  const sources = import.meta.glob<string>('/src/**/*.vue', { query: '?raw', import: 'default', eager: true })
  const beside = /\}\}\s*[：，、。；（）]|[：，、。；（）]\s*\{\{/
  expect(Object.keys(sources).length).toBeGreaterThan(100)
  expect(Object.keys(sources).filter((name) => beside.test(sources[name] as string))).toEqual([])
})

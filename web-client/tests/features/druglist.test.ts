import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ImportReport } from '@/features/prescriptions/list/calls'
import ImportCard from '@/features/prescriptions/list/ImportCard.vue'

const sent: { onlyTry: boolean; name: string; key: string }[] = []
let answer: ImportReport

vi.mock('@/features/prescriptions/list/calls', async (original) => ({
  ...(await original<object>()),
  sendList: (file: File, key: string, onlyTry: boolean) => {
    sent.push({ onlyTry, name: file.name, key })
    return { done: Promise.resolve({ ...answer, taken: !onlyTry && answer.mistake_count === 0 }) }
  },
}))

const SOUND: ImportReport = {
  taken: false,
  listed: 5,
  added: 3,
  changed: 1,
  removed: 2,
  not_covered: 1,
  mistake_count: 0,
  notice_count: 1,
  mistakes: [],
  notices: [{ line: 5, zh: '“某药”不在药品数据中', en: 'not in the drug data' }],
}
let card: VueWrapper

async function choose(name: string, size = 10): Promise<void> {
  const file = new File(['x'.repeat(10)], name, { type: 'text/csv' })
  Object.defineProperty(file, 'size', { value: size })
  const input = card.find('input[type=file]')
  Object.defineProperty(input.element, 'files', { value: [file], configurable: true })
  await input.trigger('change')
  await flushPromises()
}
const button = (words: string) => card.findAll('button').find((one) => one.text().includes(words))

describe('importing a list of drugs', () => {
  beforeEach(() => {
    sent.length = 0
    answer = SOUND
    card = mount(ImportCard)
  })
  afterEach(() => card.unmount())

  test('looks the file through first, and says what it would do', async () => {
    await choose('list.csv')
    expect(sent.map((one) => one.onlyTry)).toEqual([true])
    expect(card.text()).toContain('没有错误，可以导入')
    expect(card.text()).toContain('删去 2')
    expect(card.text()).toMatch(/第\s5\s行/)
    expect(card.emitted('taken')).toBeUndefined()
  })

  test('imports on a second press, under a key of its own', async () => {
    await choose('list.csv')
    await button('导入这')!.trigger('click')
    await flushPromises()
    expect(sent.map((one) => one.onlyTry)).toEqual([true, false])
    expect(new Set(sent.map((one) => one.key)).size).toBe(2)
    expect(card.emitted('taken')).toHaveLength(1)
  })

  test('offers no import while a line is wrong', async () => {
    await choose('list.csv')
    expect(button('导入这')).toBeDefined()
    const mistakes = [{ line: 7, zh: '“单价”应为非负数', en: 'price must be a number' }]
    answer = { ...SOUND, mistake_count: 1, mistakes }
    await choose('worse.csv')
    expect(card.text()).toContain('“单价”应为非负数')
    expect(button('导入这')).toBeUndefined()
  })

  test('sends no file that is too large', async () => {
    await choose('list.csv', 9_000_000)
    expect(sent).toEqual([])
    expect(card.text()).toContain('超过 8 MB')
  })
})

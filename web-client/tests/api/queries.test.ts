import { effectScope, ref } from 'vue'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Problem } from '@/api/problem'
import { forgetEverything, refetch, useQuery } from '@/api/queries'

beforeEach(() => {
  vi.useFakeTimers()
  forgetEverything()
})
afterEach(() => vi.useRealTimers())

function inPage<T>(set: () => T): { value: T; leave: () => void } {
  const scope = effectScope()
  const value = scope.run(set) as T
  return { value, leave: () => scope.stop() }
}
const turn = () => vi.advanceTimersByTimeAsync(0)

describe('the cache', () => {
  test('asks once for two pages and shows both the answer', async () => {
    const ask = vi.fn(() => Promise.resolve('here'))
    const first = inPage(() => useQuery({ queryKey: ['one'], queryFn: ask }))
    const second = inPage(() => useQuery({ queryKey: ['one'], queryFn: ask }))
    await turn()
    expect(ask).toHaveBeenCalledTimes(1)
    expect([first.value.data.value, second.value.data.value]).toEqual(['here', 'here'])
  })

  test('shows an answer of null as an answer, not as one that is still to come', async () => {
    const page = inPage(() => useQuery({ queryKey: ['none'], queryFn: () => Promise.resolve(null) }))
    expect(page.value.data.value).toBeUndefined()
    await turn()
    expect(page.value.data.value).toBeNull()
  })

  test('asks again for what is on the screen when it was changed, and shows the old answer meanwhile', async () => {
    let count = 0
    const page = inPage(() => useQuery({ queryKey: ['visit', 1], queryFn: () => Promise.resolve(++count) }))
    await turn()
    refetch(['visit'])
    expect(page.value.data.value).toBe(1)
    await turn()
    expect(page.value.data.value).toBe(2)
    refetch(['other'])
    await turn()
    expect(page.value.data.value).toBe(2)
  })

  test('tries a passing refusal again, a lasting one not', async () => {
    const answers: (Problem | string)[] = [new Problem({ code: 'unavailable', status: 503 }), 'here']
    const ask = vi.fn(() => {
      const answer = answers.shift() ?? new Problem({ code: 'not-found', status: 404 })
      return answer instanceof Problem ? Promise.reject(answer) : Promise.resolve(answer)
    })
    const page = inPage(() => useQuery({ queryKey: ['retry'], queryFn: ask }))
    await vi.advanceTimersByTimeAsync(600)
    expect(page.value.data.value).toBe('here')
    await page.value.refetch()
    expect(page.value.error.value?.code).toBe('not-found')
    expect(page.value.data.value).toBe('here')
    expect(ask).toHaveBeenCalledTimes(3)
  })

  test('follows its key, and waits until it is enabled', async () => {
    const id = ref('a')
    const on = ref(false)
    const page = inPage(() =>
      useQuery({ queryKey: () => ['item', id.value], queryFn: () => Promise.resolve(id.value), enabled: on }),
    )
    await turn()
    expect(page.value.data.value).toBeUndefined()
    on.value = true
    await turn()
    expect(page.value.data.value).toBe('a')
    id.value = 'b'
    await turn()
    expect(page.value.data.value).toBe('b')
  })

  test('drops an answer that was meant for the person before', async () => {
    let answer: (value: string) => void = () => undefined
    const page = inPage(() =>
      useQuery({ queryKey: ['mine'], queryFn: () => new Promise<string>((done) => (answer = done)) }),
    )
    forgetEverything()
    answer('of the first person')
    await turn()
    expect(page.value.data.value).toBeUndefined()
  })
})

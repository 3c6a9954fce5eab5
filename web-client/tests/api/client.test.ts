import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { useAction } from '@/api/action'
import { api, got } from '@/api/client'
import { accessToken, hold } from '@/api/login'
import { Problem } from '@/api/problem'
import { choose } from '@/view/settings'

type Answerer = (request: Request) => Response | Promise<Response>

function json(body: unknown, status = 200): Response {
  const type = status < 400 ? 'application/json' : 'application/problem+json'
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': type } })
}

describe('calls to the server', () => {
  let asked: Request[]
  let answer: Answerer

  beforeEach(() => {
    asked = []
    hold(undefined)
    vi.stubGlobal('fetch', async (input: Request | string, init?: RequestInit) => {
      const request = input instanceof Request ? input : new Request(new URL(input, location.origin), init)
      asked.push(request)
      return answer(request)
    })
  })
  afterEach(() => {
    vi.unstubAllGlobals()
    choose({ language: 'zh-CN' })
  })

  test('carry the token and the language', async () => {
    hold({ access_token: 'first' })
    choose({ language: 'en' })
    answer = () => json({ name: 'x' })
    expect(await got(api.GET('/api/about'))).toEqual({ name: 'x' })
    expect(asked[0]?.headers.get('Authorization')).toBe('Bearer first')
    expect(asked[0]?.headers.get('Accept-Language')).toBe('en')
    expect(asked[0]?.headers.get('Idempotency-Key')).toBeNull()
  })

  test('renew the token once when it has run out, and then succeed', async () => {
    hold({ access_token: 'old' })
    answer = (request) => {
      if (request.url.endsWith('/api/logins/refresh')) return json({ access_token: 'new' })
      return request.headers.get('Authorization') === 'Bearer new'
        ? json({ name: 'x' })
        : json({ code: 'not-signed-in' }, 401)
    }
    expect(await got(api.GET('/api/about'))).toEqual({ name: 'x' })
    expect(asked).toHaveLength(3)
    expect(accessToken()).toBe('new')
  })

  test('share one renewal', async () => {
    hold({ access_token: 'old' })
    answer = (request) => {
      if (request.url.endsWith('/api/logins/refresh')) return json({ access_token: 'new' })
      return request.headers.get('Authorization') === 'Bearer new' ? json({}) : json({}, 401)
    }
    await Promise.all([api.GET('/api/about'), api.GET('/api/about'), api.GET('/api/about')])
    expect(asked.filter((one) => one.url.endsWith('/refresh'))).toHaveLength(1)
  })

  test('raise a refusal in the words of the server', async () => {
    answer = () =>
      json(
        { code: 'slot-full', title: '这个时段约满了', errors: [{ pointer: '/slot', message: '换一个' }] },
        409,
      )
    const refusal = await api.GET('/api/about').catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(Problem)
    expect(refusal).toMatchObject({ code: 'slot-full', status: 409, title: '这个时段约满了', passing: false })
    expect((refusal as Problem).at('/slot')).toBe('换一个')
  })

  test('tell a lost network from a refusal', async () => {
    answer = () => Promise.reject(new TypeError('Failed to fetch'))
    const refusal = await api.GET('/api/about').catch((error: unknown) => error)
    expect(refusal).toMatchObject({ offline: true, passing: true })
  })

  test('do not show a page of a proxy to people', async () => {
    answer = () => new Response('<h1>Bad gateway</h1>', { status: 502 })
    const refusal = await api.GET('/api/about').catch((error: unknown) => error)
    expect((refusal as Problem).title).toContain('系统暂时没有应答')
  })
})

describe('an action', () => {
  test('keeps its key while the answer is lost, and takes a new one afterwards', async () => {
    const keys: string[] = []
    const outcomes: (Error | undefined)[] = [new Problem({ code: 'offline' }), undefined, undefined]
    const action = useAction((key: string, _name: string) => {
      keys.push(key)
      const outcome = outcomes.shift()
      return outcome ? Promise.reject(outcome) : Promise.resolve('done')
    })
    expect(await action.run('a')).toBeUndefined()
    expect(action.problem.value?.offline).toBe(true)
    expect(await action.run('a')).toBe('done')
    expect(await action.run('a')).toBe('done')
    expect(keys[0]).toBe(keys[1])
    expect(keys[2]).not.toBe(keys[1])
  })

  test('is another action with other input', async () => {
    const keys: string[] = []
    const action = useAction((key: string, _name: string) => {
      keys.push(key)
      return Promise.reject(new Problem({ code: 'offline' }))
    })
    await action.run('a')
    await action.run('b')
    expect(keys[0]).not.toBe(keys[1])
  })

  test('pressed twice runs once', async () => {
    let runs = 0
    const action = useAction(async () => {
      runs += 1
      await Promise.resolve()
      return 'done'
    })
    await Promise.all([action.run(), action.run()])
    expect(runs).toBe(1)
  })
})

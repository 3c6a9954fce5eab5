import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { api, got, whenLocked } from '@/api/client'
import { hold } from '@/api/login'
import type { Problem } from '@/api/problem'
import { asked, openFor } from '@/features/signing/asking'

function answer(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })
}

describe('a request that needs the signing key', () => {
  let sent: { key: string | null; body: string }[]
  let answers: Response[]
  const sign = () =>
    got(
      api.POST('/api/visits/{visit_id}/sign', { params: { path: { visit_id: 'v' } }, body: { close: true } }),
    )

  beforeEach(() => {
    sent = []
    hold({ access_token: 'token' })
    vi.stubGlobal('fetch', async (request: Request) => {
      sent.push({ key: request.headers.get('Idempotency-Key'), body: await request.text() })
      return answers.shift()
    })
    whenLocked(openFor)
  })
  afterEach(() => {
    vi.unstubAllGlobals()
    whenLocked(undefined)
    hold(undefined)
  })

  test('waits for the PIN and is sent again as the same request', async () => {
    answers = [answer({ code: 'signing-locked', title: '未解锁' }, 409), answer({ id: 'v' })]
    const signed = sign()
    await vi.waitFor(() => expect(asked.need).toBe('unlock'))
    expect(asked.signing).toBe(true)
    expect(sent).toHaveLength(1)
    asked.then?.(true)
    expect(await signed).toEqual({ id: 'v' })
    expect(sent).toHaveLength(2)
    expect(sent[0]?.key).toBeTruthy()
    expect(sent[1]).toEqual(sent[0])
    expect(sent[1]?.body).toBe('{"close":true}')
    expect(asked.need).toBeUndefined()
  })

  test('asks for a first PIN where there is none', async () => {
    answers = [answer({ code: 'signing-pin-missing', title: '还没有' }, 409), answer({ id: 'v' })]
    const signed = sign()
    await vi.waitFor(() => expect(asked.need).toBe('first'))
    asked.then?.(true)
    expect(await signed).toEqual({ id: 'v' })
  })

  test('asks again when another process does not know of it yet', async () => {
    const locked = () => answer({ code: 'signing-locked', title: '未解锁' }, 409)
    answers = [locked(), locked(), answer({ id: 'v' })]
    const signed = sign()
    await vi.waitFor(() => expect(asked.need).toBe('unlock'))
    asked.then?.(true)
    await vi.waitFor(() => expect(sent).toHaveLength(2))
    await vi.waitFor(() => expect(asked.need).toBe('unlock'))
    asked.then?.(true)
    expect(await signed).toEqual({ id: 'v' })
    expect(new Set(sent.map((each) => each.key)).size).toBe(1)
  })

  test('is refused as before when the person does not want to', async () => {
    answers = [answer({ code: 'signing-locked', title: '未解锁' }, 409)]
    const signed = sign().catch((problem: Problem) => problem.code)
    await vi.waitFor(() => expect(asked.need).toBe('unlock'))
    asked.then?.(false)
    expect(await signed).toBe('signing-locked')
    expect(sent).toHaveLength(1)
  })

  test('asks once for two at the same time', async () => {
    const locked = () => answer({ code: 'signing-locked', title: '未解锁' }, 409)
    answers = [locked(), locked(), answer({ id: '1' }), answer({ id: '2' })]
    const both = Promise.all([sign(), sign()])
    await vi.waitFor(() => expect(asked.need).toBe('unlock'))
    await vi.waitFor(() => expect(sent).toHaveLength(2))
    asked.then?.(true)
    expect(await both).toHaveLength(2)
    expect(asked.need).toBeUndefined()
  })

  test('of the key itself is never answered with a dialog', async () => {
    answers = [answer({ code: 'signing-pin-missing', title: '还没有' }, 409)]
    const refused = got(api.POST('/api/signing-key/unlock', { body: { pin: '135790' } }))
    expect(await refused.catch((problem: Problem) => problem.code)).toBe('signing-pin-missing')
    expect(asked.need).toBeUndefined()
  })
})

/**
 * Talking to the server: typed by its own OpenAPI description. Every call carries the token, the language and, when it
 * changes something, an Idempotency-Key; every refusal is raised as a Problem.
 *
 * Words of refusals come from the server in the person's language. Not here: caching (queries.ts), sockets (rt/).
 */
import type { Client } from 'openapi-fetch'
import { accessToken, renew } from './login'
import { offlineProblem, problemOf, type Problem } from './problem'
import type { paths } from './schema'
import { shown } from '@/view/settings'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

function dress(request: Request): Request {
  const token = accessToken()
  if (token) request.headers.set('Authorization', `Bearer ${token}`)
  return request
}

async function send(request: Request): Promise<Response> {
  try {
    return await fetch(request)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw offlineProblem()
  }
}

async function sent(request: Request): Promise<Response> {
  const hadToken = accessToken() !== undefined
  const response = await send(dress(request.clone()))
  return response.status === 401 && hadToken && (await renew()) ? send(dress(request.clone())) : response
}

/** Removes what a refusal says is in the way, a locked signing key; whether it did. Staff pages set it (features/signing). */
type Opener = (problem: Problem, url: string) => Promise<boolean>
let unlock: Opener | undefined
export function whenLocked(open: Opener | undefined): void {
  unlock = open
}

/**
 * One request with what every request carries; one renewal and one retry when the token had run out. One that needs a
 * signing key that is locked is sent again, under the same Idempotency-Key, once the person has opened it.
 */
export async function call(request: Request): Promise<Response> {
  request.headers.set('Accept-Language', shown.language)
  if (!SAFE.has(request.method) && !request.headers.has('Idempotency-Key')) {
    request.headers.set('Idempotency-Key', crypto.randomUUID())
  }
  for (;;) {
    const response = await sent(request)
    if (response.ok) return response
    const problem = await problemOf(response)
    if (!(await unlock?.(problem, request.url))) throw problem
  }
}

interface Wanted {
  params?: {
    path?: Record<string, string | number>
    query?: Record<string, unknown>
    header?: Record<string, string>
  }
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal
}

function address(path: string, { params }: Wanted): URL {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(params?.path?.[name])),
  )
  const url = new URL(filled, location.origin)
  for (const [name, value] of Object.entries(params?.query ?? {})) {
    if (value !== undefined && value !== null) url.searchParams.set(name, String(value))
  }
  return url
}

function ask(method: string) {
  return async (path: string, wanted: Wanted = {}): Promise<{ data: unknown; response: Response }> => {
    const headers = new Headers({ ...wanted.params?.header, ...wanted.headers })
    const init: RequestInit = { method, headers, credentials: 'same-origin' }
    if (wanted.signal) init.signal = wanted.signal
    if (wanted.body !== undefined) {
      headers.set('Content-Type', 'application/json')
      init.body = JSON.stringify(wanted.body)
    }
    const response = await call(new Request(address(path, wanted), init))
    const text = await response.text()
    return { data: text === '' ? undefined : JSON.parse(text), response }
  }
}

/**
 * Methods by the server's own description: `api.GET('/api/visits/{visit_id}', { params: { path: { visit_id } } })`.
 * The types are openapi-fetch's, the few lines above do what we need of it.
 */
export const api = {
  GET: ask('GET'),
  POST: ask('POST'),
  PUT: ask('PUT'),
  DELETE: ask('DELETE'),
} as unknown as Pick<Client<paths>, 'GET' | 'POST' | 'PUT' | 'DELETE'>

/** The body of an answer; a refusal has been raised before. */
export async function got<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T
}

/** A file that needs the login, as an address that an <img> or a link can use; the caller revokes it. */
export async function fileUrl(path: string): Promise<string> {
  const response = await call(new Request(new URL(path, location.origin)))
  return URL.createObjectURL(await response.blob())
}

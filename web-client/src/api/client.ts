/**
 * Talking to the server: typed by its own OpenAPI description. Every call carries the token, the language and, when it
 * changes something, an Idempotency-Key; every refusal is raised as a Problem.
 *
 * Words of refusals come from the server in the person's language. Not here: caching (queries.ts), sockets (rt/).
 */
import createClient from 'openapi-fetch'
import { accessToken, renew } from './login'
import { offlineProblem, problemOf } from './problem'
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

/** One request with what every request carries; one renewal and one retry when the token had run out. */
export async function call(request: Request): Promise<Response> {
  request.headers.set('Accept-Language', shown.language)
  if (!SAFE.has(request.method) && !request.headers.has('Idempotency-Key')) {
    request.headers.set('Idempotency-Key', crypto.randomUUID())
  }
  const again = request.clone()
  const hadToken = accessToken() !== undefined
  let response = await send(dress(request))
  if (response.status === 401 && hadToken && (await renew())) response = await send(dress(again))
  if (!response.ok) throw await problemOf(response)
  return response
}

export const api = createClient<paths>({ baseUrl: location.origin, fetch: call })

/** The body of an answer; a refusal has been raised before. */
export async function got<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T
}

/** A file that needs the login, as an address that an <img> or a link can use; the caller revokes it. */
export async function fileUrl(path: string): Promise<string> {
  const response = await call(new Request(new URL(path, location.origin)))
  return URL.createObjectURL(await response.blob())
}

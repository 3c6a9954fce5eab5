/**
 * Sending a file with its progress. XMLHttpRequest, because fetch tells nothing about what has left this device.
 */
import { freshToken } from './login'
import { offlineProblem, Problem, type ProblemBody } from './problem'
import { shown } from '@/view/settings'

export interface Sending<T> {
  done: Promise<T>
  cancel: () => void
}

/** A line on which nothing moves for so long is as good as lost. */
const STALLED_MS = 45_000
/** What has arrived is checked before it is answered. */
const ANSWER_MS = 120_000

interface Options {
  told?: (bytes: number) => void
  signal?: AbortSignal
  headers?: Readonly<Record<string, string>>
}

/** Sends bytes as the body; tells how many have left. Raises the Problem of a refusal, of a lost line, or an AbortError. */
export async function sendBytes<T = void>(
  method: 'POST' | 'PUT',
  path: string,
  body: Blob,
  { told, signal, headers = {} }: Options = {},
): Promise<T> {
  const token = await freshToken()
  const request = new XMLHttpRequest()
  return new Promise<T>((resolve, reject) => {
    let stalled: number | undefined
    const wait = (ms: number) => {
      window.clearTimeout(stalled)
      stalled = window.setTimeout(() => {
        reject(offlineProblem())
        request.abort()
      }, ms)
    }
    const settled = () => window.clearTimeout(stalled)
    const cancel = () => request.abort()
    request.open(method, path)
    request.responseType = 'json'
    const all = {
      Authorization: `Bearer ${token}`,
      'Accept-Language': shown.language,
      'Content-Type': body.type || 'application/octet-stream',
      ...headers,
    }
    for (const [name, value] of Object.entries(all)) request.setRequestHeader(name, value)
    request.upload.onprogress = (event) => {
      wait(STALLED_MS)
      told?.(event.loaded)
    }
    request.upload.onload = () => wait(ANSWER_MS)
    request.onloadend = () => {
      settled()
      signal?.removeEventListener('abort', cancel)
    }
    request.onerror = () => reject(offlineProblem())
    request.onabort = () => reject(new DOMException('cancelled', 'AbortError'))
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(request.response as T)
      else reject(new Problem((request.response as ProblemBody | null) ?? {}, request.status))
    }
    signal?.addEventListener('abort', cancel)
    wait(STALLED_MS)
    request.send(body)
    if (signal?.aborted) cancel()
  })
}

/** Sends a file as it is; the name travels percent-encoded. The same key on a retry never stores it twice. */
export function sendFile<T>(
  path: string,
  file: File,
  key: string,
  onProgress: (share: number) => void,
): Sending<T> {
  const stop = new AbortController()
  const done = sendBytes<T>('POST', path, file, {
    told: (bytes) => file.size > 0 && onProgress(Math.min(1, bytes / file.size)),
    signal: stop.signal,
    headers: { 'Idempotency-Key': key, 'X-File-Name': encodeURIComponent(file.name) },
  })
  return { done, cancel: () => stop.abort() }
}

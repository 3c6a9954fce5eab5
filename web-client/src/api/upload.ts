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

/** Sends the bytes as they are; the name travels percent-encoded. The same key on a retry never stores it twice. */
export function sendFile<T>(
  path: string,
  file: File,
  key: string,
  onProgress: (share: number) => void,
): Sending<T> {
  const request = new XMLHttpRequest()
  const done = freshToken().then(
    (token) =>
      new Promise<T>((resolve, reject) => {
        request.open('POST', path)
        request.responseType = 'json'
        request.setRequestHeader('Authorization', `Bearer ${token}`)
        request.setRequestHeader('Accept-Language', shown.language)
        request.setRequestHeader('Idempotency-Key', key)
        request.setRequestHeader('Content-Type', file.type || 'application/octet-stream')
        request.setRequestHeader('X-File-Name', encodeURIComponent(file.name))
        request.upload.onprogress = (event) =>
          event.lengthComputable && onProgress(event.loaded / event.total)
        request.onerror = () => reject(offlineProblem())
        request.onabort = () => reject(new DOMException('cancelled', 'AbortError'))
        request.onload = () => {
          if (request.status >= 200 && request.status < 300) resolve(request.response as T)
          else reject(new Problem((request.response as ProblemBody | null) ?? {}, request.status))
        }
        request.send(file)
      }),
  )
  return { done, cancel: () => request.abort() }
}

/**
 * A refusal, as the server says it (RFC 9457) or as the network imposes it. The sentence for people is `title`, already
 * in their language; the code is for programs and is never shown.
 */
import { shown } from '@/view/settings'

export interface FieldProblem {
  /** RFC 6901 pointer into the body that was sent. */
  pointer: string
  message: string
}

export interface ProblemBody {
  type?: string
  title?: string
  detail?: string
  status?: number
  code?: string
  rule?: string
  errors?: FieldProblem[]
  support_id?: string
  retry_after_s?: number
  [member: string]: unknown
}

export class Problem extends Error {
  readonly code: string
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly errors: readonly FieldProblem[]
  readonly supportId: string | undefined
  readonly members: Readonly<ProblemBody>

  constructor(body: ProblemBody, status = 0) {
    super(body.code ?? 'unknown')
    this.name = 'Problem'
    this.code = body.code ?? 'unknown'
    this.status = body.status ?? status
    this.title = body.title ?? ''
    this.detail = body.detail ?? ''
    this.errors = body.errors ?? []
    this.supportId = body.support_id
    this.members = body
  }

  get offline(): boolean {
    return this.code === 'offline'
  }

  /** Whether the same request may succeed later without anybody changing anything. */
  get passing(): boolean {
    return this.offline || this.status >= 502 || this.status === 429
  }

  /** What is wrong with one field, by the pointer into what was sent. */
  at(pointer: string): string | undefined {
    return this.errors.find((error) => error.pointer === pointer)?.message
  }
}

/** Nobody answered: no network, or a server that is not there. */
export function offlineProblem(): Problem {
  const title =
    shown.language === 'en'
      ? 'No network. Check the connection and try again'
      : '网络断了，请检查网络后再试一次'
  return new Problem({ code: 'offline', title })
}

/** A refusal out of an HTTP answer, also of one that a proxy made. */
export async function problemOf(response: Response): Promise<Problem> {
  let body: ProblemBody = {}
  if (response.headers.get('Content-Type')?.includes('json')) {
    body = ((await response.json().catch(() => ({}))) as ProblemBody | null) ?? {}
  }
  if (!body.title) {
    const busy = response.status >= 502
    body.code ??= busy ? 'unavailable' : 'unexpected'
    body.title =
      shown.language === 'en'
        ? 'The system is briefly unavailable. Nothing was changed; try again in a moment'
        : '系统暂时没有应答，您的操作没有完成，请过一会儿再试一次'
  }
  return new Problem(body, response.status)
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof TypeError && /fetch|network|load/i.test(error.message)) return offlineProblem()
  return new Problem({
    code: 'page-failed',
    title:
      shown.language === 'en'
        ? 'This part of the page failed. Reload the page'
        : '页面这一部分出了错，请刷新页面',
  })
}

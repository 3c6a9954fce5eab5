/** Files in parts over a line that breaks: nothing twice, nothing lost, and the soonest first. */
import { beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../fakes'
import { Queue, type Carrying } from '@/api/carrying'
import { offlineProblem, Problem } from '@/api/problem'
import type { Memory } from '@/api/remembered'
import { FileInParts, hex, sha256, type Finished, type UploadServer, type UploadView } from '@/api/resumable'

const PART = 10

class FakeServer implements UploadServer {
  uploads = new Map<string, { size: number; parts: Map<number, string>; finished: string | null }>()
  online = true
  puts: string[] = []
  failNext: Problem[] = []
  private held: (() => void)[] = []
  holding = false

  private answer(id: string): UploadView {
    const one = this.uploads.get(id)
    if (!one) throw new Problem({ code: 'unknown', status: 404, title: '没有' })
    return {
      id,
      purpose: 'remote_material',
      patient_id: 'p',
      name: 'x',
      content_type: 'x',
      size: one.size,
      part_bytes: PART,
      received: [...one.parts.keys()],
      finished_at: one.finished,
      attachment_id: one.finished && `attachment-of-${id}`,
    }
  }
  private reach(): void {
    if (!this.online) throw offlineProblem()
  }
  async start(_: unknown, file: File): Promise<UploadView> {
    this.reach()
    const id = `u${this.uploads.size + 1}`
    this.uploads.set(id, { size: file.size, parts: new Map(), finished: null })
    return this.answer(id)
  }
  async show(id: string): Promise<UploadView> {
    this.reach()
    return this.answer(id)
  }
  async put(
    id: string,
    number: number,
    part: Blob,
    sum: string,
    told: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<void> {
    this.reach()
    const bytes = await part.arrayBuffer()
    if (hex(await sha256(bytes)) !== sum) throw new Error('the digest lies')
    if (this.holding) await new Promise<void>((go) => this.held.push(go))
    if (signal.aborted) throw new DOMException('cancelled', 'AbortError')
    this.reach()
    const refusal = this.failNext.shift()
    if (refusal) throw refusal
    told(bytes.byteLength)
    this.puts.push(`${id}/${number}`)
    this.uploads.get(id)?.parts.set(number, sum)
  }
  get waiting(): number {
    return this.held.length
  }
  release(): void {
    for (const go of this.held.splice(0)) go()
  }
  async finish(id: string, sum: string): Promise<UploadView> {
    this.reach()
    const one = this.uploads.get(id)
    if (!one) throw new Problem({ code: 'unknown', status: 404 })
    const parts = [...one.parts].sort(([a], [b]) => a - b).map(([, digest]) => digest)
    const all = new Uint8Array(
      parts.flatMap((digest) => (digest.match(/../g) ?? []).map((x) => parseInt(x, 16))),
    )
    if (hex(await sha256(all)) !== sum) throw new Problem({ code: 'upload-digest-differs', status: 409 })
    one.finished = '2026-11-23T09:00:00Z'
    return this.answer(id)
  }
  async drop(id: string): Promise<void> {
    this.uploads.delete(id)
  }
}

class FakeMemory implements Memory {
  kept = new Map<string, string>()
  get = async (mark: string) => this.kept.get(mark)
  put = async (mark: string, id: string) => void this.kept.set(mark, id)
  forget = async (mark: string) => void this.kept.delete(mark)
}

const file = (size: number, name = 'a.pdf', seed = 7) =>
  new File([Uint8Array.from({ length: size }, (_, n) => (n * seed) % 251)], name)

let server: FakeServer
let memory: FakeMemory
let clock: FakeClock
let queue: Queue<Finished>
let now: Carrying<Finished>
let begun: string[]
let slow = 0

function newPage(): void {
  clock = new FakeClock()
  queue = new Queue<Finished>(clock, slow)
  queue.subscribe((state) => (now = state))
}
beforeEach(() => {
  server = new FakeServer()
  memory = new FakeMemory()
  begun = []
  slow = 0
  newPage()
})

const parts = (one: File, scope = 'request-1') =>
  new FileInParts(
    one,
    { purpose: 'remote_material', patientId: 'p', scope },
    async (id) => void begun.push(id),
    server,
    memory,
    PART,
  )
const add = (one: File, scope?: string) => queue.add(one.name, 'document', parts(one, scope))
/** Digests are made by the platform, outside of this loop's turns. */
async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !holds(); i++) {
    await new Promise((go) => setTimeout(go, 0))
    await clock.pass(0)
  }
  expect(holds()).toBe(true)
}

describe('a file in parts', () => {
  it('arrives whole, once, and is told of before its first part leaves', async () => {
    add(file(35))
    await until(() => now.files[0]?.state === 'done')
    expect([...server.puts].sort()).toEqual(['u1/0', 'u1/1', 'u1/2', 'u1/3'])
    expect(now.files[0]?.result).toEqual({ uploadId: 'u1', attachmentId: 'attachment-of-u1' })
    expect(begun).toEqual(['u1'])
    expect([now.sent, now.size]).toEqual([35, 35])
    expect(memory.kept.size).toBe(0)
  })

  it('goes on by itself when the line is back, with what is missing', async () => {
    server.holding = true
    add(file(50))
    await until(() => server.waiting === 2)
    server.release()
    await until(() => server.waiting === 2)
    server.online = false
    server.holding = false
    server.release()
    await until(() => now.paused)
    expect(now.files[0]).toMatchObject({ state: 'sending', sent: 20 })
    server.online = true
    await clock.pass(2_000)
    await until(() => now.files[0]?.state === 'done')
    expect([...server.puts].sort()).toEqual(['u1/0', 'u1/1', 'u1/2', 'u1/3', 'u1/4'])
  })

  it('waits longer each time nobody answers, and not at all once the line is back', async () => {
    server.online = false
    add(file(15))
    await until(() => now.paused)
    await clock.pass(1_000)
    await until(() => now.paused)
    server.online = true
    await clock.pass(1_500)
    expect(now.files[0]?.state).toBe('waiting') // the second wait is two seconds
    queue.goOn()
    await until(() => now.files[0]?.state === 'done')
  })

  it('goes on after a reload when the same file is chosen again', async () => {
    server.holding = true
    add(file(40))
    await until(() => server.waiting === 2)
    server.release()
    await until(() => server.waiting === 2) // the page dies here, with two parts at the server and two on their way
    expect([...server.puts].sort()).toEqual(['u1/0', 'u1/1'])
    newPage()
    server.holding = false
    add(file(40))
    await until(() => now.files[0]?.state === 'done')
    expect(server.uploads.size).toBe(1)
    expect([...server.puts].sort()).toEqual(['u1/0', 'u1/1', 'u1/2', 'u1/3'])
  })

  it('is another upload for another request, and when the file is another', async () => {
    memory.kept.set('will be overwritten', 'x')
    for (const [one, scope] of [
      [file(15), 'request-1'],
      [file(15), 'request-2'],
      [file(15, 'a.pdf', 3), 'request-1'],
    ] as const) {
      const carrier = parts(one, scope)
      await carrier.open()
    }
    expect(server.uploads.size).toBe(3)
  })

  it('begins anew when the server has thrown it away', async () => {
    await parts(file(15)).open()
    server.uploads.delete('u1')
    server.uploads.set('other', { size: 1, parts: new Map(), finished: null })
    add(file(15))
    await until(() => now.files[0]?.state === 'done')
    expect(now.files[0]?.result?.uploadId).toBe('u2')
  })

  it('sends a part again that was hurt on its way, and gives up after three', async () => {
    const hurt = () => new Problem({ code: 'upload-part-damaged', status: 422, title: '坏了' })
    server.failNext = [hurt(), hurt()]
    add(file(10))
    await until(() => now.files[0]?.state === 'done')
    server.failNext = [hurt(), hurt(), hurt()]
    add(file(10, 'b.pdf', 5))
    await until(() => now.files[1]?.state === 'failed')
    expect(now.files[1]?.problem?.title).toBe('坏了')
  })
})

describe('a slow line', () => {
  it('carries one piece after the other once it is known to be slow', async () => {
    slow = 1_000
    newPage()
    server.holding = true
    add(file(80))
    for (let i = 0; i < 2; i++) {
      await until(() => server.waiting === 2)
      await clock.pass(1_000)
      const before = server.puts.length
      server.release()
      await until(() => server.puts.length === before + 2)
    }
    await until(() => server.waiting === 1)
    for (let i = 0; i < 20; i++) await clock.pass(0)
    expect(server.waiting).toBe(1)
    server.holding = false
    server.release()
    await until(() => now.files[0]?.state === 'done')
  })
})

describe('several files', () => {
  it('send the one first that is done soonest, also when it came later', async () => {
    server.holding = true
    add(file(100, 'ct.zip'))
    await until(() => begun.length === 1)
    add(file(12, 'ecg.pdf', 3))
    server.holding = false
    server.release()
    await until(() => now.files.every((one) => one.state === 'done'))
    const order = server.puts.map((one) => one.split('/')[0])
    expect(order.lastIndexOf('u2')).toBeLessThan(order.lastIndexOf('u1'))
  })

  it('let the others go on when one is refused, and try that one again', async () => {
    server.failNext = [new Problem({ code: 'upload-file-changed', status: 409, title: '改动过' })]
    add(file(10))
    await until(() => now.files[0]?.state === 'failed')
    add(file(10, 'b.pdf', 5))
    await until(() => now.files[1]?.state === 'done')
    expect(now.files[0]?.problem?.title).toBe('改动过')
    queue.retry(now.files[0]?.key ?? '')
    await until(() => now.files[0]?.state === 'done')
    expect(queue.busy).toBe(false)
  })

  it('give up what is removed, at the other end too', async () => {
    server.holding = true
    const key = add(file(30))
    await until(() => begun.length === 1)
    await queue.remove(key)
    server.release()
    expect(now.files).toEqual([])
    expect(server.uploads.size).toBe(0)
    expect(memory.kept.size).toBe(0)
  })

  it('say how long it will take by what the line did so far', async () => {
    server.holding = true
    add(file(100))
    await until(() => begun.length === 1)
    for (let i = 0; i < 3; i++) {
      const before = server.puts.length
      await until(() => server.waiting === 2)
      await clock.pass(1_000)
      server.release()
      await until(() => server.puts.length === before + 2)
    }
    const one = now.files[0]
    expect(one?.remainingS).toBeDefined()
    // 20 bytes a second and 40 are left; the window begins with its first two pieces.
    expect(one?.remainingS).toBeGreaterThan(1)
    expect(one?.remainingS).toBeLessThan(4)
  })
})

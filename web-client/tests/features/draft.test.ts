import { effectScope, nextTick } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useDraft, type DraftInHand } from '@/features/records/note/useDraft'

const AT = '2026-11-23T06:00:00Z'
/** A server that keeps one draft and refuses to save over a newer one. */
class Kept {
  seq = 0
  content: Record<string, unknown> | undefined
  offline = false

  answer(request: Request, body: string): Response {
    if (this.offline) throw new TypeError('fetch failed')
    if (request.method === 'GET') return Response.json(this.content ? this.view() : null)
    const sent = JSON.parse(body) as { seq: number; content: Record<string, unknown> }
    if (sent.seq !== this.seq)
      return Response.json(
        { code: 'note-changed-elsewhere', title: '改过', status: 409 },
        { status: 409, headers: { 'Content-Type': 'application/problem+json' } },
      )
    this.seq += 1
    this.content = sent.content
    return Response.json(this.view())
  }
  private view() {
    return { note_id: 'n', encounter_id: 'e', seq: this.seq, saved_at: AT, content: this.content }
  }
}

describe('the draft of a note', () => {
  const scopes: ReturnType<typeof effectScope>[] = []
  let kept: Kept
  const open = (): DraftInHand => {
    const scope = effectScope()
    scopes.push(scope)
    return scope.run(() => useDraft('e'))!
  }
  const settle = async (ms = 0) => {
    await vi.advanceTimersByTimeAsync(ms)
    await nextTick()
  }

  beforeEach(() => {
    vi.useFakeTimers()
    kept = new Kept()
    vi.stubGlobal('fetch', async (request: Request) => kept.answer(request, await request.clone().text()))
  })
  afterEach(() => {
    for (const scope of scopes.splice(0)) scope.stop()
    vi.unstubAllGlobals()
    vi.useRealTimers()
  })

  it('is saved by itself a moment after the last key', async () => {
    const draft = open()
    await settle(10)
    draft.note.plan = '限盐'
    await settle(10)
    expect(kept.seq).toBe(0)
    await settle(2_000)
    expect(kept.content?.plan).toBe('限盐')
    expect(draft.state.value).toBe('clean')
  })

  it('keeps what was written while there is no network, and saves it when it is back', async () => {
    const draft = open()
    await settle(10)
    kept.offline = true
    draft.note.plan = '限盐'
    await settle(2_000)
    expect(draft.state.value).toBe('failed')
    kept.offline = false
    await settle(6_000)
    expect(kept.content?.plan).toBe('限盐')
  })

  it('loses neither side when another window saved first', async () => {
    const [here, there] = [open(), open()]
    await settle(10)
    there.note.plan = '那边'
    await there.flush()
    here.note.plan = '这边'
    await here.flush()
    expect(here.state.value).toBe('conflict')
    expect(here.theirs.value?.plan).toBe('那边')
    expect(here.note.plan).toBe('这边')
    await here.keepMine()
    expect(kept.content?.plan).toBe('这边')
  })

  it('gives back what was here after taking the other side', async () => {
    const [here, there] = [open(), open()]
    await settle(10)
    there.note.plan = '那边'
    await there.flush()
    here.note.plan = '这边'
    await here.flush()
    const undo = here.takeTheirs()
    expect(here.note.plan).toBe('那边')
    undo()
    await settle(2_000)
    expect(kept.content?.plan).toBe('这边')
  })
})

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { effectScope, nextTick, type EffectScope } from 'vue'
import {
  blank,
  filled,
  fromContent,
  isJudged,
  isWhole,
  type Template,
} from '@/features/imaging/reading/report'
import { useReportDraft, type DraftServer } from '@/features/imaging/reading/useReportDraft'
import { Problem } from '@/api/problem'

const template: Template = {
  id: 't1',
  name: '未见异常',
  modality: 'CT',
  body_part: 'CHEST',
  findings: '双肺清晰。',
  impression: '未见明显异常。',
  advice: '',
  scope: 'product',
  reviewed: true,
}

describe('a template', () => {
  test('fills what is empty and goes below what was written, once', () => {
    const once = filled({ ...blank(), findings: '右肺结节。' }, template)
    expect([once.findings, once.impression]).toEqual(['右肺结节。\n双肺清晰。', '未见明显异常。'])
    expect(filled(once, template).findings).toBe(once.findings)
  })
})

describe('a report', () => {
  test('is whole with findings and impression, and says positive or negative', () => {
    expect(isWhole({ findings: ' ', impression: 'x' })).toBe(false)
    expect(isWhole({ findings: 'x', impression: 'x' })).toBe(true)
    expect(isJudged(blank())).toBe(false)
    expect(isJudged(fromContent({ impression: '未见异常', positive: false }))).toBe(true)
  })
})

describe('the draft', () => {
  let scope: EffectScope
  const saves: { version: number; findings: string }[] = []
  let refuse: Problem | undefined
  let stored = { version: 0, findings: '' }
  const server: DraftServer = {
    load: () =>
      Promise.resolve({
        version: stored.version,
        content: { ...blank(), findings: stored.findings },
        saved_at: null,
      }),
    save: (_id, version, content) => {
      if (refuse) return Promise.reject(refuse)
      saves.push({ version, findings: content.findings })
      stored = { version: version + 1, findings: content.findings }
      return Promise.resolve({ version: version + 1, saved_at: '2026-11-23T02:00:00Z' })
    },
  }
  const begin = async () => {
    const draft = scope.run(() => useReportDraft('o1', server))
    if (!draft) throw new Error('the scope is over')
    await vi.advanceTimersByTimeAsync(0)
    return draft
  }
  beforeEach(() => {
    vi.useFakeTimers()
    scope = effectScope()
    saves.length = 0
    refuse = undefined
    stored = { version: 0, findings: '' }
  })
  afterEach(() => {
    scope.stop()
    vi.useRealTimers()
  })

  test('is saved a moment after the last key, with the version it was read at', async () => {
    const draft = await begin()
    draft.allow(true)
    draft.report.findings = '右'
    await nextTick()
    draft.report.findings = '右肺'
    await vi.advanceTimersByTimeAsync(1_300)
    expect(saves).toEqual([{ version: 0, findings: '右肺' }])
    expect([draft.version(), draft.state.value]).toEqual([1, 'clean'])
  })

  test('is not saved by who does not hold the claim', async () => {
    const draft = await begin()
    draft.report.findings = '右肺'
    await vi.advanceTimersByTimeAsync(5_000)
    expect(saves).toEqual([])
    expect(await draft.flush()).toBe(false)
  })

  test('that was changed elsewhere keeps both texts until somebody chooses', async () => {
    const draft = await begin()
    draft.allow(true)
    stored = { version: 4, findings: '别处写的' }
    refuse = new Problem({ code: 'imaging-report-changed', status: 409, title: '' })
    draft.report.findings = '我写的'
    await vi.advanceTimersByTimeAsync(1_300)
    expect([draft.state.value, draft.theirs.value?.findings, draft.report.findings]).toEqual([
      'conflict',
      '别处写的',
      '我写的',
    ])
    refuse = undefined
    await draft.keepMine()
    expect(saves).toEqual([{ version: 4, findings: '我写的' }])
  })

  test('is tried again after a lost line, and nothing is lost', async () => {
    const draft = await begin()
    draft.allow(true)
    refuse = new Problem({ code: 'offline', title: '' })
    draft.report.findings = '右肺'
    await vi.advanceTimersByTimeAsync(1_300)
    expect([draft.state.value, draft.unsaved.value]).toEqual(['failed', true])
    refuse = undefined
    await vi.advanceTimersByTimeAsync(5_100)
    expect([draft.state.value, saves.length]).toEqual(['clean', 1])
  })
})

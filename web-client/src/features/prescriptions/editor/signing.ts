/** The doctor's signature under a prescription: what still keeps it, and the act. */
import { ref } from 'vue'
import { sign } from '../calls'
import type { Prescription } from '../contract'
import { linesOf, needsReason, type Open } from '../findings'
import type { InHand } from './compose'
import { useAction } from '@/api/action'
import { put, refetch } from '@/api/queries'
import { listed } from '@/i18n/lists'
import { t } from '@/i18n/words/rxedit'

/** Why it cannot be signed yet, for the place beside the button; undefined when it can. */
export function blockedBy(hand: InHand, open: Open): string | undefined {
  if (!hand.form.lines.length) return t('blocked.empty')
  if (hand.theirs.value) return t('blocked.conflict')
  if (hand.waiting.value) return t('blocked.lines')
  if (!hand.form.diagnoses.length) return t('blocked.diagnosis')
  const parts = [
    open.stops.length && t('blocked.stop', { lines: where(linesOf(open.stops)) }),
    open.unanswered.length && t('blocked.reason', { lines: where(linesOf(open.unanswered)) }),
  ].filter(Boolean)
  if (parts.length) return `${t('blocked.not_yet')}${parts.join(t('blocked.and'))}`
  if (!hand.fresh.value || !hand.rx.value?.check) return t('blocked.checking')
  return undefined
}

function where(lines: readonly number[]): string {
  return lines.length ? t('blocked.lines.n', { lines: listed(lines.map(String)) }) : t('blocked.whole')
}

export function useSigning(hand: InHand, done: (rx: Prescription) => void) {
  const asking = ref(false)
  const action = useAction(async (key, id: string, version: number, digest: string) => {
    const findings = hand.outcome.value?.findings ?? []
    const overrides = findings
      .filter((one) => needsReason(one) && hand.reasons[one.id]?.trim())
      .map((one) => ({ finding_id: one.id, reason: (hand.reasons[one.id] ?? '').trim() }))
    const signed = await sign(key, id, {
      version,
      digest,
      overrides,
      // Every one of them was ticked in the dialog.
      double_confirm: findings.some((one) => one.level === 'confirm'),
    })
    hand.close()
    put(['prescription', id], signed)
    refetch(['prescriptions'])
    return signed
  })
  async function go(): Promise<void> {
    const rx = hand.rx.value
    if (!rx || !(await hand.flush())) return
    const now = hand.rx.value ?? rx
    const signed = await action.run(now.id, now.version, now.digest)
    if (!signed) return
    asking.value = false
    done(signed)
  }
  return {
    asking,
    action,
    go,
    ask: () => {
      action.forget()
      asking.value = true
    },
  }
}

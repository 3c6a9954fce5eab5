/** How long a licence or a filing still holds, as a tint and a word. Pure. */
import { CircleAlert, CircleCheck, Clock } from '@lucide/vue'
import type { Component } from 'vue'
import { startOfDay } from '@/i18n/when'
import { t } from '@/i18n/words/admin'

const SOON_DAYS = 60

export interface Validity {
  tone: 'ok' | 'warn' | 'bad'
  icon: Component
  word: string
}

/** Whole days left after today until the last day; negative when it is over. */
export function daysLeft(until: string, now: number): number {
  return Math.floor((startOfDay(until).getTime() + 86_400_000 - 1 - now) / 86_400_000)
}

export function validityOf(until: string, now: number = Date.now()): Validity {
  const left = daysLeft(until, now)
  if (left < 0) return { tone: 'bad', icon: CircleAlert, word: t('valid.over') }
  if (left < SOON_DAYS) return { tone: 'warn', icon: Clock, word: t('valid.soon', { n: left }) }
  return { tone: 'ok', icon: CircleCheck, word: t('valid.ok') }
}

/** 周一 to 周日 by their number, Monday being 1. */
import { startOfDay, weekdayOf } from '@/i18n/when'

// 2026-01-05 was a Monday.
export const weekdayWord = (weekday: number): string =>
  weekdayOf(startOfDay(`2026-01-${String(4 + weekday).padStart(2, '0')}`))

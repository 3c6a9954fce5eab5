/** Words for what somebody confirms, and for what files write in their own way. */
import { t } from '@/i18n/words/imarrive'

/** A difference or gap that is confirmed by itself. */
export function doubtWord(code: string): string {
  const key = `doubt.${code}`
  return t.has(key) ? t(key as 'doubt.name') : code
}

/** DICOM's 19680604 and the record's 1968-06-04 as one and the same. */
export function valueOf(date: string): string {
  const found = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(date)
  return found ? `${found[1]}-${found[2]}-${found[3]}` : date
}

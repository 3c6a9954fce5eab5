/** What somebody typed or scanned at the counter: the QR's address, its bare token, or the digits with an ID number's end. */

export const DIGITS = 8

/** The token in what a scanner typed: the whole address of the public page, or the token alone. */
export function tokenIn(scanned: string): string | undefined {
  const text = scanned.trim()
  const after = text.includes('#') ? text.slice(text.indexOf('#') + 1) : text
  return /^[\w-]{20,64}$/.test(after) ? after : undefined
}

/** The digits alone, however they are grouped; full-width ones too. */
export function digitsIn(typed: string): string {
  return typed.normalize('NFKC').replace(/\D/g, '')
}

export const groupedDigits = (digits: string) => digits.replace(/(\d{4})(?=\d)/g, '$1 ')

/** The last four of an ID number: digits, the very last may be X. */
export const idTailIn = (typed: string) => typed.normalize('NFKC').trim().toUpperCase()
export const isIdTail = (tail: string) => /^\d{3}[\dX]$/.test(tail)

/** Traceability codes, one a line or parted by commas or blanks; each once. */
export function traceCodesIn(typed: string): string[] {
  return [
    ...new Set(
      typed
        .normalize('NFKC')
        .split(/[\s,，、;；]+/)
        .filter(Boolean),
    ),
  ]
}
export const isTraceCode = (code: string) => /^[0-9A-Za-z]{7,40}$/.test(code)

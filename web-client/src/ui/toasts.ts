/** What the app did, said once, with at most one way to undo it. Refusals are never toasts: they stand where they happen. */
import { ref } from 'vue'

export interface Toast {
  id: number
  text: string
  undo?: { label: string; act: () => void }
}

export const toasts = ref<Toast[]>([])
export const STAYS_MS = 6000
let last = 0

export function toast(text: string, undo?: Toast['undo']): void {
  const id = ++last
  toasts.value = [...toasts.value.slice(-2), { id, text, undo }]
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id)
}

/**
 * How this person wants to see the pages: language, elder view and its size. Kept on the device, applied on <html>.
 *
 * Not here: what the pages say (i18n) and which shell they stand in (the router tells that by `shown.shell`).
 */
import { computed, reactive, readonly, watchEffect } from 'vue'

export type Language = 'zh-CN' | 'en'
export type View = 'standard' | 'elder'
export type Step = 2 | 3
export type Shell = 'patient' | 'staff'

const KEPT_AT = 'lianyi.view'

interface Settings {
  language: Language
  view: View
  step: Step
}

function remembered(): Settings {
  const settings: Settings = { language: 'zh-CN', view: 'standard', step: 2 }
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT_AT) ?? '{}')
    if (typeof kept !== 'object' || kept === null) return settings
    const { language, view, step } = kept as Partial<Settings>
    if (language === 'en') settings.language = 'en'
    if (view === 'elder') settings.view = 'elder'
    if (step === 3) settings.step = 3
  } catch {
    // A full or forbidden storage costs the memory of the choice, nothing else.
  }
  return settings
}

const settings = reactive<Settings & { shell: Shell }>({ ...remembered(), shell: 'patient' })

export const shown = readonly(settings)

/** Whether the elder view is on: only patients' pages have it, staff zoom with the browser. */
export const elder = computed(() => settings.view === 'elder' && settings.shell === 'patient')

export function choose(choice: Partial<Settings>): void {
  Object.assign(settings, choice)
  try {
    const { language, view, step } = settings
    localStorage.setItem(KEPT_AT, JSON.stringify({ language, view, step }))
  } catch {
    // As above.
  }
}

export function standIn(shell: Shell): void {
  settings.shell = shell
}

/** Keeps <html> true to the settings; called once at the start. */
export function applyToDocument(root: HTMLElement = document.documentElement): void {
  watchEffect(() => {
    root.lang = settings.language
    root.dataset.shell = settings.shell
    root.dataset.view = elder.value ? 'elder' : 'standard'
    root.dataset.step = String(settings.step)
  })
}

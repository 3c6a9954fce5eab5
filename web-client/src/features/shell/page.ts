/** What the window says about the page: its title, and the staff shell's heading. */
import { onScopeDispose, shallowReactive, watchEffect } from 'vue'
import { t } from '@/i18n/words/shell'

export const heading = shallowReactive({ title: '', where: '' })

/** The page's name in the window, and in the staff top bar, for as long as the page is there. */
export function usePageTitle(title: () => string, where: () => string = () => ''): void {
  watchEffect(() => {
    heading.title = title()
    heading.where = where()
    document.title = heading.title ? `${heading.title} · ${t('name')}` : t('name')
  })
  onScopeDispose(() => {
    heading.where = ''
  })
}

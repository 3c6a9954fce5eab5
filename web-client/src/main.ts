/** The start of the client. */
import { VueQueryPlugin } from '@tanstack/vue-query'
import { createApp } from 'vue'
import App from './App.vue'
import './tokens.css'
import './base.css'
import './print.css'
import { queries } from '@/api/queries'
import { wordsReady } from '@/i18n/catalogue'
import { router } from '@/router'
import { applyToDocument } from '@/view/settings'

applyToDocument()
const app = createApp(App).use(VueQueryPlugin, { queryClient: queries }).use(router)
void Promise.all([router.isReady(), wordsReady()]).then(() => app.mount('#app'))

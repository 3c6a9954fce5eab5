/** The start of the client. */
import { createApp } from 'vue'
import App from './App.vue'
import './tokens.css'
import './base.css'
import './print.css'
import { refreshOnReturn } from '@/api/queries'
import { wordsReady } from '@/i18n/catalogue'
import { router } from '@/router'
import { applyToDocument } from '@/view/settings'

applyToDocument()
refreshOnReturn()
const app = createApp(App).use(router)
void Promise.all([router.isReady(), wordsReady()]).then(() => app.mount('#app'))

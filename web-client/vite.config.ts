/** How the client is built, served in development and tested. What the server sends of it is decided there. */
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const AHEAD = '/src/ahead.ts'
/** What several pages share travels in few files: on a weak line each costs a turn. */
const FORMS =
  /\/src\/(ui\/(Field|TextInput|CodeInput|Checkbox|ErrorSummary|Face|control)\.|i18n\/words\/parts\.ts|api\/action\.ts)|\/icons\/users\.m?js/
const VIEWING =
  /\/icons\/(camera|ellipsis|eye|eye-off|hand|layers|play|rotate-c?cw|save|scan-line|trash|undo-2|zoom-in|zoom-out)\.m?js|\/src\/view\/media\.ts|rolldown\/runtime/
const SIGNING_IN = /\/src\/(i18n\/words\/identity\.ts|features\/identity\/(signing|DemoPeople)\.)/

/** Puts src/ahead.ts into the page as a script of its own before the program's, which would else wait for all the rest. */
function ahead(): Plugin {
  return {
    name: 'ahead',
    transformIndexHtml(_html, { bundle }) {
      const built = Object.values(bundle ?? {}).find(
        (file) => file.type === 'chunk' && file.facadeModuleId?.endsWith(AHEAD),
      )
      const src = built ? `/${built.fileName}` : AHEAD
      return [{ tag: 'script', attrs: { type: 'module', src }, injectTo: 'head-prepend' }]
    },
  }
}

const server = process.env.LIANYI_SERVER ?? 'http://localhost:8080'

export default defineConfig({
  plugins: [vue(), ahead()],
  resolve: {
    alias: {
      '@': fileURLToPath(new URL('./src', import.meta.url)),
      xmlbuilder2: fileURLToPath(new URL('./src/imaging-pro/no-xml.ts', import.meta.url)),
    },
  },
  // Nothing here uses the options API; leaving it out is 3 KB less for every patient.
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  },
  // cornerstone's workers are modules with parts of their own.
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    manifest: true,
    // A strict Content-Security-Policy: nothing inline, no data: scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['index.html', `.${AHEAD}`],
      output: {
        // One file for the first load: forty small ones compress badly, and each is asked for alone.
        codeSplitting: {
          groups: [
            { name: 'ahead', test: /\/src\/(ahead|api\/renewal)\.ts$/ },
            { name: 'first', tags: ['$initial'] },
            { name: 'forms', test: FORMS },
            { name: 'signing-in', test: SIGNING_IN },
            { name: 'viewing', test: VIEWING },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      '/api': server,
      '/healthz': server,
      '/rt': { target: server, ws: true, changeOrigin: true, rewriteWsOrigin: true },
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['tests/**/*.test.ts'],
    restoreMocks: true,
  },
})

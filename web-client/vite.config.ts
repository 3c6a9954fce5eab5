/** How the client is built, served in development and tested. What the server sends of it is decided there. */
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

/** What the bundler knows of a module. */
interface Graph {
  getModuleInfo: (id: string) => { importedIds: readonly string[]; code: string | null } | null
}

const FIRST_PAGE = fileURLToPath(new URL('./src/pages/patient/HomePage.vue', import.meta.url))
const ICON = /lucide[\\/]vue[\\/].*[\\/]icons[\\/]([\w-]+)\.m?js$/
const ICON_IMPORTS = /import\s*\{([^}]*)\}\s*from\s*['"]@lucide\/vue['"]/g
const plain = (icon: string) => icon.replaceAll('-', '').toLowerCase()
let firstPage: { modules: Set<string>; icons: Set<string> } | undefined

/** The modules of a patient's first page, found by following the imports of home; of the icons only those it names. */
function closure(graph: Graph): { modules: Set<string>; icons: Set<string> } {
  const modules = new Set<string>()
  const icons = new Set<string>()
  const open = [FIRST_PAGE]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const info = graph.getModuleInfo(next)
    if (modules.has(next) || ICON.test(next) || !info) continue
    modules.add(next)
    open.push(...info.importedIds)
    for (const [, names = ''] of info.code?.matchAll(ICON_IMPORTS) ?? []) {
      for (const name of names.split(',')) icons.add(plain((name.split(' as ')[0] ?? '').trim()))
    }
  }
  return { modules, icons }
}

/** One file for the first page: forty small ones compress badly, and each is asked for alone. */
function inFirstPage(id: string, graph: Graph): boolean {
  firstPage ??= closure(graph)
  const icon = ICON.exec(id)?.[1]
  return icon === undefined ? firstPage.modules.has(id) : firstPage.icons.has(plain(icon))
}

const server = process.env.LIANYI_SERVER ?? 'http://localhost:8080'

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // Nothing here uses the options API; leaving it out is 3 KB less for every patient.
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  },
  build: {
    target: 'es2022',
    manifest: true,
    // A strict Content-Security-Policy: nothing inline, no data: scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: { groups: [{ name: (id, graph) => (inFirstPage(id, graph) ? 'first' : null) }] },
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

/**
 * Addresses. Home comes with the program. Every other page is loaded when it is first opened, and so is the list of all
 * addresses behind the first ones: it names every file, which is not for the first load. Who is not signed in goes to the sign-in page and comes back.
 */
import { nextTick } from 'vue'
import {
  createRouter,
  createWebHistory,
  type RouteLocationNormalized,
  type RouteRecordRaw,
  type Router,
} from 'vue-router'
import { asProblem } from '@/api/problem'
import { isPatient, restore } from '@/features/identity/session'
import { wordsReady } from '@/i18n/catalogue'
import HomePage from '@/pages/patient/HomePage.vue'
import { standIn, type Shell } from '@/view/settings'

declare module 'vue-router' {
  interface RouteMeta {
    shell?: Shell
    /** Open to everybody. */
    open?: boolean
  }
}

const AREAS: Readonly<Record<Shell, () => Promise<RouteRecordRaw[]>>> = {
  staff: async () => (await import('./staff')).staffRoutes,
  patient: async () => (await import('./patient')).patientRoutes,
}
const known = new Set<Shell>()

async function learnArea(area: Shell): Promise<void> {
  if (known.has(area)) return
  for (const route of await AREAS[area]()) router.addRoute(route)
  known.add(area)
}

const open = { shell: 'patient', open: true } as const

export const router: Router = createRouter({
  history: createWebHistory(),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: '/', component: HomePage, meta: { shell: 'patient' } },
    { path: '/signin', component: () => import('@/pages/patient/SignInPage.vue'), meta: open },
    { path: '/forbidden', component: () => import('@/pages/shared/Forbidden.vue'), meta: open },
    {
      path: '/:rest(.*)*',
      component: () => import('@/pages/shared/NotFound.vue'),
      meta: { open: true },
      beforeEnter: async (to) => {
        const area = /^\/staff(\/|$)/.test(to.path) ? 'staff' : 'patient'
        if (known.has(area)) {
          // The renewal was begun before anybody knew that there is no such page: its answer is taken here.
          void restore().catch(() => undefined)
          return true
        }
        await learnArea(area)
        return to.fullPath
      },
    },
  ],
})

// Home is painted: the way on from it is fetched behind.
const LEARN_AFTER_MS = 1_500
void router.isReady().then(() => {
  if (router.currentRoute.value.meta.shell === 'patient') {
    window.setTimeout(() => void learnArea('patient').catch(() => undefined), LEARN_AFTER_MS)
  }
})

// A page that was itself loaded just now is not loaded again: that would never end.
const LOADED_LONG_AGO_MS = 10_000
const AGAIN_AFTER_MS = 300

function signInPage(to: RouteLocationNormalized) {
  const path = to.meta.shell === 'staff' ? '/staff/signin' : '/signin'
  return { path, query: to.fullPath === '/' ? {} : { next: to.fullPath } }
}

router.beforeEach(async (to) => {
  if (to.meta.open) return true
  try {
    const person = await restore()
    if (!person) return signInPage(to)
    const forStaff = to.meta.shell === 'staff'
    if (forStaff === isPatient(person.role)) {
      return to.path === '/' ? { path: '/staff' } : { path: '/forbidden' }
    }
    return true
  } catch (error) {
    // No network is no reason to send anybody to the sign-in page.
    return asProblem(error).passing ? true : signInPage(to)
  }
})

router.beforeResolve(async (to) => {
  await wordsReady()
  standIn(to.meta.shell ?? 'patient')
})

router.afterEach((to, from) => {
  // A new page is a new place for keyboards and screen readers too; the first one is where the browser is anyway.
  if (from.matched.length === 0 || to.path === from.path) return
  void nextTick(() => document.getElementById('main')?.focus({ preventScroll: true }))
})

// A page whose files cannot be had: without a network it is opened when there is one again (the banner says so). With one,
// it may have come back only just now, so once more; else the client was built anew meanwhile and its files have other
// names, so the page is loaded whole.
let tried = ''
router.onError((_error, to: RouteLocationNormalized) => {
  const go = () => void router.push(to.fullPath)
  if (!navigator.onLine) addEventListener('online', go, { once: true })
  else if (tried !== to.fullPath) {
    tried = to.fullPath
    window.setTimeout(go, AGAIN_AFTER_MS)
  } else if (performance.now() > LOADED_LONG_AGO_MS) location.assign(to.fullPath)
})

/** Addresses of patients and their families. */
import type { RouteRecordRaw } from 'vue-router'

const open = { shell: 'patient', open: true } as const
const own = { shell: 'patient' } as const

export const patientRoutes: RouteRecordRaw[] = [
  { path: '/', component: () => import('@/pages/patient/HomePage.vue'), meta: own },
  { path: '/signin', component: () => import('@/pages/patient/SignInPage.vue'), meta: open },
  { path: '/me', component: () => import('@/pages/patient/MePage.vue'), meta: own },
  { path: '/forbidden', component: () => import('@/pages/shared/Forbidden.vue'), meta: open },
]

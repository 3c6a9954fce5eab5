/** Addresses of those who work here. */
import type { RouteRecordRaw } from 'vue-router'

const open = { shell: 'staff', open: true } as const
const work = { shell: 'staff' } as const

export const staffRoutes: RouteRecordRaw[] = [
  { path: '/staff/signin', component: () => import('@/pages/staff/SignInPage.vue'), meta: open },
  {
    path: '/staff',
    component: () => import('@/features/shell/AppStaff.vue'),
    meta: work,
    children: [
      { path: '', component: () => import('@/pages/staff/StartPage.vue') },
      { path: 'worklist', component: () => import('@/pages/staff/WorklistPage.vue') },
    ],
  },
]

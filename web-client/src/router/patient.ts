/** Addresses of patients and their families behind home. */
import type { RouteRecordRaw } from 'vue-router'
import { beginStudy } from '@/imaging/early'

const own = { shell: 'patient' } as const

export const patientRoutes: RouteRecordRaw[] = [
  { path: '/me', component: () => import('@/pages/patient/MePage.vue'), meta: own },
  { path: '/inbox', component: () => import('@/pages/patient/InboxPage.vue'), meta: own },
  { path: '/book', component: () => import('@/pages/patient/BookPage.vue'), meta: own },
  { path: '/book/done', component: () => import('@/pages/patient/BookedPage.vue'), meta: own },
  {
    path: '/bookings/:id',
    component: () => import('@/pages/patient/BookingPage.vue'),
    meta: own,
    props: true,
  },
  { path: '/visits', component: () => import('@/pages/patient/VisitsPage.vue'), meta: own },
  { path: '/visits/:id', component: () => import('@/pages/patient/VisitPage.vue'), meta: own, props: true },
  {
    path: '/visits/:id/prepare',
    component: () => import('@/pages/patient/VisitPreparePage.vue'),
    meta: own,
    props: true,
  },
  {
    path: '/visits/:id/waiting',
    component: () => import('@/pages/patient/VisitWaitingPage.vue'),
    meta: own,
    props: true,
  },
  {
    path: '/visits/:id/call',
    component: () => import('@/pages/patient/VisitCallPage.vue'),
    meta: own,
    props: true,
  },
  {
    path: '/visits/:id/summary',
    component: () => import('@/pages/patient/VisitSummaryPage.vue'),
    meta: own,
    props: true,
  },
  {
    path: '/visits/:id/recording',
    component: () => import('@/pages/patient/VisitRecordingPage.vue'),
    meta: own,
    props: true,
  },
  {
    path: '/prescriptions',
    component: () => import('@/pages/patient/PrescriptionsPage.vue'),
    meta: own,
  },
  {
    path: '/prescriptions/:id',
    component: () => import('@/pages/patient/PrescriptionPage.vue'),
    meta: own,
    props: true,
  },
  { path: '/medications', component: () => import('@/pages/patient/MedicationsPage.vue'), meta: own },
  {
    path: '/rx',
    component: () => import('@/pages/shared/GenuinePage.vue'),
    meta: { shell: 'patient', open: true },
  },
  { path: '/reports', component: () => import('@/pages/patient/ReportsPage.vue'), meta: own },
  {
    path: '/reports/:id',
    component: () => import('@/pages/patient/ReportPage.vue'),
    meta: own,
    props: true,
  },
  {
    path: '/consultations/:id',
    component: () => import('@/pages/patient/ConsultationPage.vue'),
    meta: own,
    props: true,
  },
  {
    path: '/pictures/:id',
    component: () => import('@/pages/patient/PicturesPage.vue'),
    meta: own,
    props: true,
    beforeEnter: (to) => beginStudy(String(to.params.id)),
  },
  {
    path: '/film',
    component: () => import('@/pages/shared/FilmPage.vue'),
    meta: { shell: 'patient', open: true },
  },
  {
    path: '/report',
    component: () => import('@/pages/shared/ReportGenuinePage.vue'),
    meta: { shell: 'patient', open: true },
  },
  {
    path: '/meet',
    component: () => import('@/pages/shared/MeetPage.vue'),
    meta: { shell: 'patient', open: true },
  },
  { path: '/records', component: () => import('@/pages/patient/RecordsPage.vue'), meta: own },
  { path: '/who-read', component: () => import('@/pages/patient/WhoReadPage.vue'), meta: own },
  { path: '/family', component: () => import('@/pages/patient/FamilyPage.vue'), meta: own },
]

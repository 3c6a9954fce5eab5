/** Addresses of those who work here. */
import type { RouteRecordRaw } from 'vue-router'

const open = { shell: 'staff', open: true } as const
const work = { shell: 'staff' } as const

export const staffRoutes: RouteRecordRaw[] = [
  { path: '/staff/signin', component: () => import('@/pages/staff/SignInPage.vue'), meta: open },
  { path: '/staff/enrol', component: () => import('@/pages/staff/EnrolPage.vue'), meta: open },
  {
    path: '/staff',
    component: () => import('@/features/shell/AppStaff.vue'),
    meta: work,
    children: [
      { path: '', component: () => import('@/pages/staff/StartPage.vue') },
      { path: 'worklist', component: () => import('@/pages/staff/WorklistPage.vue') },
      { path: 'sessions', component: () => import('@/pages/staff/SessionsPage.vue') },
      { path: 'window', component: () => import('@/pages/staff/WindowPage.vue') },
      { path: 'arrivals', component: () => import('@/pages/staff/ArrivalsPage.vue') },
      { path: 'duplicates', component: () => import('@/pages/staff/DuplicatesPage.vue') },
      { path: 'tomorrow', component: () => import('@/pages/staff/TomorrowPage.vue') },
      { path: 'planning/templates', component: () => import('@/pages/staff/planning/TemplatesPage.vue') },
      { path: 'planning/days-off', component: () => import('@/pages/staff/planning/DaysOffPage.vue') },
      { path: 'planning/agreements', component: () => import('@/pages/staff/planning/AgreementsPage.vue') },
      { path: 'planning/teams', component: () => import('@/pages/staff/planning/TeamsPage.vue') },
      { path: 'planning/limits', component: () => import('@/pages/staff/planning/LimitsPage.vue') },
      { path: 'people', component: () => import('@/pages/staff/PeoplePage.vue') },
      { path: 'organisations', component: () => import('@/pages/staff/OrganisationsPage.vue') },
      { path: 'open-rates', component: () => import('@/pages/staff/OpenRatesPage.vue') },
      { path: 'counts', component: () => import('@/pages/staff/CountsPage.vue') },
      { path: 'review', component: () => import('@/pages/staff/ReviewPage.vue') },
      { path: 'review/figures', component: () => import('@/pages/staff/ReviewFiguresPage.vue') },
      { path: 'review/questions', component: () => import('@/pages/staff/QuestionsPage.vue') },
      { path: 'review/samples', component: () => import('@/pages/staff/PostReviewPage.vue') },
      { path: 'drugs', component: () => import('@/pages/staff/DrugListPage.vue') },
      { path: 'counter', component: () => import('@/pages/staff/CounterPage.vue') },
      { path: 'prescriptions', component: () => import('@/pages/staff/PrescriptionsPage.vue') },
      { path: 'inbox', component: () => import('@/pages/staff/InboxPage.vue') },
      { path: 'me', component: () => import('@/pages/staff/MePage.vue') },
      { path: 'contracted', component: () => import('@/pages/staff/ContractedPage.vue') },
      { path: 'patients', component: () => import('@/pages/staff/PatientsPage.vue') },
      { path: 'patients/:id', component: () => import('@/pages/staff/PatientPage.vue'), props: true },
      { path: 'patients/:id/book', component: () => import('@/pages/staff/BookForPage.vue'), props: true },
      { path: 'visits/:id', component: () => import('@/pages/staff/VisitPage.vue'), props: true },
      {
        path: 'visits/:id/summary',
        component: () => import('@/pages/staff/VisitSummaryPage.vue'),
        props: true,
      },
    ],
  },
]

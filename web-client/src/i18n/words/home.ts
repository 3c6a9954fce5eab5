/** Words of the patient's first page. */
import { catalogue } from '../catalogue'

export const zh = {
  title: '首页',
  self: '本人',
  'for.family': '为家人看病',
  'see.doctor': '我要看病',
  'see.doctor.text': '选医生，约时间',
  bookings: '我的预约',
  'bookings.text': '看预约，进候诊室',
  'bookings.counts': '今天 {today} 次，本周 {week} 次',
  'bookings.none': '近期没有预约',
  prescriptions: '我的处方',
  records: '我的病历',
  'records.text': '就诊小结和资料',
  'records.counts': '{n} 份就诊小结',
  inbox: '消息',
  'inbox.unread': '{n} 条未读',
  me: '我的账号和字号',
  'sos.signs': '胸口痛、喘不上气、说话不清',
  'sos.do': '，不要等医生，马上拨打 120。',
} as const

export const t = catalogue(zh, () => import('./home.en'))

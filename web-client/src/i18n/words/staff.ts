/** Words of the staff shell: the rail and the menu of one's own. */
import { catalogue } from '../catalogue'

export const zh = {
  'rail.worklist': '接诊',
  'rail.patients': '病人',
  'rail.requests': '会诊申请',
  'rail.dispatch': '会诊调度',
  'rail.consults': '我的会诊',
  'rail.sessions': '排班',
  'rail.planning': '排班设置',
  'rail.window': '窗口预约',
  'rail.arrivals': '签到',
  'rail.contracted': '签约预约',
  'rail.tomorrow': '明日名单',
  'rail.duplicates': '重复档案',
  'rail.counter': '药房柜台',
  'rail.drugs': '药品目录',
  'rail.people': '人员',
  'rail.openRates': '号源统计',
  'rail.counts': '统计',
  'rail.imaging': '影像',
  'rail.review': '审方',
  'rail.prescriptions': '处方',
  'rail.cooperation': '合作协议',
  'rail.organisations': '机构',
  'rail.help': '帮助',
  'menu.elsewhere': '退出所有设备',
  'menu.elsewhere.done': '已退出所有设备，请重新登录',
  inbox: '消息',
  'inbox.new': '消息，{n} 条未读',
  'home.title': '工作台',
  'home.hello': '{name}，您好',
  'home.pick': '从左边选一项开始',
} as const

export const t = catalogue(zh, () => import('./staff.en'))

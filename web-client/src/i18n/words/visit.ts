/** Words of the list of visits, of one visit's page, and of cancelling. */
import { catalogue } from '../catalogue'

export const zh = {
  'list.title': '我的预约',
  'list.ahead': '要看的',
  'list.past': '看过的',
  'list.empty': '还没有预约',
  'list.empty.text': '约好以后，从这里准备、进候诊室。',
  'list.book': '我要看病',
  'one.title': '这次看病',
  'one.when': '时间',
  'one.who': '病人',
  'one.number': '就诊号',
  'one.place': '第 {n} 号',
  'one.doctor': '医生',
  'one.licence': '执业证号',
  'one.scope': '执业范围',
  'one.complaint': '病情',
  'one.outcome': '结果',
  'one.reason': '原因：',
  'one.phone': '医院电话',
  'one.phone.call': '打给医院',
  'one.again': '再约一次',
  'one.slip': '预约单',
  'one.recording': '看录像',
  'one.prepared': '准备情况',
  'one.prepare.more': '补充病情或照片',
  'cancel.do': '取消预约',
  'cancel.title': '要取消这次预约吗',
  'cancel.text': '{name} {time}，{doctor} 医生。取消后，这个号马上放给别人；要看病需要重新约。',
  'cancel.reason': '为什么取消',
  'cancel.keep': '不取消',
  'cancel.done': '预约已取消',
} as const

export const t = catalogue(zh, () => import('./visit.en'))

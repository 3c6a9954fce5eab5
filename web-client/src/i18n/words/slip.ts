/** Words of the slip of a booking: paper, in the words of the person who shows it. */
import { catalogue } from '../catalogue'

export const zh = {
  title: '预约单',
  who: '姓名',
  when: '时间',
  doctor: '医生',
  department: '科室',
  place: '地点',
  phone: '电话',
  reference: '预约编号',
  number: '第 {n} 号',
  qr: '预约编号 {reference} 的二维码',
  'how.video': '这是视频看病，不用到医院。到时间打开联医，点“进入候诊室”；也可以用手机扫码打开。',
  'how.clinic': '没有手机，可以带这张单到村卫生室或镇卫生院，请人帮您视频。',
  'how.desk': '{from} 到 {until} 之间，到医院窗口出示这张单签到，也可以报预约编号。',
  'how.cancel': '不能来，请早点取消，把号留给别人。',
  bring: '请带身份证、医保卡、以前的病历和检查单。',
  'bring.video': '请准备身份证、以前的病历和检查单。',
  over: '已取消，此单作废',
} as const

export const t = catalogue(zh, () => import('./slip.en'))

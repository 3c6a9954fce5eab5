/** Words of the patient's page around a call: before the room opens, the menu, consent, afterwards. */
import { catalogue } from '../catalogue'

export const zh = {
  title: '诊室',
  'head.time': '{department} · 已通话 {time}',
  'head.time@elder': '{time}',
  'head.wait': '{department} · 正在接通',
  'head.wait@elder': '正在接通',
  'before.title': '医生马上接通',
  'before.text': '{doctor}医生正在看您的资料，一两分钟就好，请不要离开。',
  'before.back': '回候诊室',
  more: '更多',
  'more.title': '更多',
  'more.photo': '发照片',
  'more.devices': '调摄像头和话筒',
  'more.withdraw': '不想再录像',
  'withdraw.title': '不想再录像了吗',
  'withdraw.text':
    '撤回以后，视频和录像马上停止，这次不能再开视频。可以接着写字看病，医生也可能请您到医院看。已经录下的，依法保留至少 3 年。',
  'withdraw.keep': '接着看病',
  'withdraw.do': '停止视频',
  'withdraw.done': '视频和录像已停止，可以接着写字',
  'phone.line': '网络太差，请打电话给我。',
  'photo.sending': '照片正在上传 {percent}%',
  'photo.failed': '照片没传上去：{why}',
  'photo.again': '再传一次',
  'photo.drop': '不传了',
  'after.left': '您已离开诊室',
  'after.left.text': '医生还在诊室里，可以马上回去。',
  'after.again': '回到诊室',
  'after.writing': '看完了，医生在写小结',
  'after.writing.text': '医生签名以后，小结会自动出现在这里，也会发消息给您。现在可以关掉这一页。',
  'after.lost': '通话断了',
  'after.lost.text': '医生会再接通或打电话给您，请先别关这一页。再接通时，点“回到诊室”。',
  'after.done': '看完了',
  'after.done.text': '医生已经签好小结。',
  'after.summary': '看小结',
  'after.home': '回首页',
  'notyet.title': '诊室还没开',
  'trouble.hide': '知道了',
} as const

export const t = catalogue(zh, () => import('./visitcall.en'))

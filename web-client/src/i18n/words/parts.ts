/** Words of the building blocks that the first page does without, and of the pages that say no. */
import { catalogue } from '../catalogue'

export const zh = {
  optional: '选填',
  'summary.title': '还有 {n} 处要改',
  'upload.choose': '选文件或拍照',
  'upload.more': '再加一张',
  'upload.sending': '正在上传 {percent}%',
  'upload.done': '已上传',
  'upload.failed': '没传上去',
  'upload.remove': '删掉 {name}',
  'upload.remove.short': '删掉',
  'upload.size': '{name} 超过 {mb} MB，请换一张小的',
  'upload.type': '{name} 的格式不能用，请用照片或 PDF',
  'table.empty': '这里还没有内容',
  'step.of': '第 {n} 步，共 {all} 步',
  'allergy.some': '过敏：{what}',
  'allergy.none': '无已知过敏',
  'allergy.unasked': '未询问过敏史',
  months: '{n} 个月',
  patient: '病人',
  'print.page': '打印 {time}',
  'print.end': '以下空白',
  'missing.title': '没有找到这一页',
  'missing.text': '地址可能写错了，或者内容已经不在。',
  'missing.home': '回首页',
  'forbidden.title': '您不能看这一页',
  'forbidden.text': '这一页只给有权限的人看。需要权限，请找本机构管理员。',
  'more.rows': '再显示 {n} 行',
} as const

export const t = catalogue(zh, () => import('./parts.en'))

/** Words of the pharmacist: queue, deciding, talking, figures, post-review. */
import { catalogue } from '../catalogue'

export const zh = {
  'talk.none': '还没有留言',
  'talk.you': '我',
  'talk.write': '写给对方',
  'talk.send': '发送',
} as const

export const t = catalogue(zh, () => import('./rxreview.en'))

/** Words of the inbox. */
import { catalogue } from '../catalogue'

export const zh = {
  title: '消息',
  empty: '还没有消息',
  'empty.text': '约好、叫号、小结写好，都会在这里告诉您。',
  'empty.staff': '和您有关的事会在这里告诉您。',
  unread: '未读',
  'read.all': '都标为已读',
  open: '去看看',
} as const

export const t = catalogue(zh, () => import('./inbox.en'))

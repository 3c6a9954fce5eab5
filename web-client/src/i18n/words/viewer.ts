/** Words of reading papers and recordings at a desk. */
import { catalogue } from '../catalogue'

export const zh = {
  'paper.smaller': '缩小',
  'paper.larger': '放大',
  'paper.turn': '转一下',
  'paper.before': '上一份',
  'paper.next': '下一份',
  'paper.window': '在新窗口打开',
  'paper.close': '看完了',
  'recording.logged': '看录像会列给病人本人看。',
  'recording.none': '没有录像',
  'recording.pending': '录像正在整理，还有 {n} 段，好了会自动出现。',
} as const

export const t = catalogue(zh, () => import('./viewer.en'))

/** Words of papers and recordings. */
import { catalogue } from '../catalogue'

export const zh = {
  'paper.smaller': '缩小',
  'paper.larger': '放大',
  'paper.turn': '转一下',
  'paper.before': '上一份',
  'paper.next': '下一份',
  'paper.close': '看完了',
  'recording.title': '就诊录像',
  'recording.play': '播放',
  'recording.pause': '停一下',
  'recording.at': '播放位置',
  'recording.logged': '看录像会列给病人本人看。',
  'recording.none': '这次就诊没有录像',
  'recording.pending': '录像正在整理，还有 {n} 段，好了会自动出现。',
  'recording.gap': '{name} 断线 {from} 到 {to}',
  'recording.gaps': '断线的时间',
  'recording.away': '{name} 不在',
  'recording.sound': '{name} 只有声音',
  'recording.loading': '正在取 {name} 的画面',
  'recording.failed': '{name} 的画面打不开',
  'recording.export': '准备下载文件',
  'recording.exporting': '正在准备，好了会出现下载',
  'recording.download': '下载录像',
  'recording.start': '开始看录像',
  'recording.size': '共 {n} 位，{time}',
  'recording.forward': '前进 10 秒',
  'recording.back': '后退 10 秒',
} as const

export const t = catalogue(zh, () => import('./viewer.en'))

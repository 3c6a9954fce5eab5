/** Words of the shells, the building blocks and what every page may have to say. */
import { catalogue } from '../catalogue'

export const zh = {
  name: '联医',
  'demo.banner': '演示环境，请勿录入真实信息',
  back: '返回',
  help: '求助',
  'help.call': '打电话求助',
  'help.title': '需要帮忙吗',
  'help.text': '打这个电话，有人帮您操作。身体不舒服、情况紧急，请直接打 120。',
  emergency: '急救 120',
  close: '关闭',
  cancel: '取消',
  'view.elder': '长辈版',
  'view.standard': '标准版',
  'view.larger': '字再大些',
  'language.other': 'English',
  skip: '跳到正文',
  loading: '正在载入',
  retry: '再试一次',
  undo: '撤销',
  'offline.title': '网络断了',
  'offline.text': '连上后会自动更新。已经填好的内容还在。',
  'offline.since': '看到的是 {time} 的内容，连上后自动更新。',
  'unexpected.title': '这一页没能打开',
  'unexpected.text': '不是您的操作有问题。请再试一次；还不行，打求助电话并报编号。',
  support: '编号 {id}',
  'sex.male': '男',
  'sex.female': '女',
  'sex.unknown': '性别未登记',
  years: '{n} 岁',
  'nav.main': '主导航',
  'sign.out': '退出',
  'account.menu': '我的账号',
  'toast.region': '通知',
} as const

export const t = catalogue(zh, () => import('./shell.en'))

/** Words of the quotas: whose places they are. */
import { catalogue } from '../catalogue'

export const zh = {
  legend: '号源颜色',
  online: '线上',
  village: '村卫生室',
  township: '乡镇卫生院',
  county: '县级医院',
  family_doctor: '家庭医生',
  window: '窗口',
  'online.short': '线上',
  'village.short': '村',
  'township.short': '乡镇',
  'county.short': '县级',
  'family_doctor.short': '家医',
  'window.short': '窗口',
} as const

export const t = catalogue(zh, () => import('./quotas.en'))

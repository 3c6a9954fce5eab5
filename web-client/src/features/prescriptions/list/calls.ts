/** Calls about the institution's own list of drugs. */
import { api, got } from '@/api/client'
import type { components } from '@/api/schema'
import { sendFile, type Sending } from '@/api/upload'

export type ListedDrug = components['schemas']['ListedDrugView']
export type ImportReport = components['schemas']['ImportReportView']
export type ImportLine = components['schemas']['ImportLineView']

export const PAGE = 200
export const LARGEST_BYTES = 8_000_000
/** The columns a file may have, as the server knows them; the first two must be there. */
export const COLUMNS = [
  '院内编码',
  '通用名',
  '商品名',
  '规格',
  '剂型',
  '生产企业',
  '单位',
  '单价',
  '库存',
  '医保编码',
  '限定支付范围',
  '抗菌药物分级',
  '药品编号',
] as const

export const drugData = () => got(api.GET('/api/formulary'))

export const drugList = (q: string, not_covered: boolean) =>
  got(api.GET('/api/institution-drugs', { params: { query: { q, not_covered, limit: PAGE } } }))

/** Looks the file through (`only_try`) or takes it. */
export const sendList = (
  file: File,
  key: string,
  only_try: boolean,
  onProgress: (share: number) => void,
): Sending<ImportReport> => sendFile(`/api/institution-drugs?only_try=${only_try}`, file, key, onProgress)

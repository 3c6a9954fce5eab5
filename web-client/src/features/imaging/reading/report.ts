/** A report while it is written: its fields, a template's sentences in it, and the calls. */
import { moved } from '../orders/calls'
import { useAction } from '@/api/action'
import { api, got } from '@/api/client'
import { refetch, useQuery } from '@/api/queries'
import type { components } from '@/api/schema'
import { sendBytes } from '@/api/upload'

export type Report = components['schemas']['ImagingReportView']
export type Version = components['schemas']['ImagingReportVersionView']
export type Template = components['schemas']['ImagingTemplateView']
export type Content = Pick<Draft, keyof Written>
const sent = (written: Written) => ({ ...written, positive: written.positive === true })
export type Figure = components['schemas']['ReportFigureView']
export type Draft = components['schemas']['ImagingDraftView']

export interface Written {
  findings: string
  impression: string
  advice: string
  /** Nobody has said yet while this is null: a report is not negative by default. */
  positive: boolean | null
  template_id: string | null
  figures: Figure[]
}
export const TEXTS = ['findings', 'impression', 'advice'] as const

export const blank = (): Written => ({
  findings: '',
  impression: '',
  advice: '',
  positive: null,
  template_id: null,
  figures: [],
})

export function fromContent(content: Partial<Content> | null | undefined): Written {
  const all = { ...blank(), ...content }
  return {
    findings: all.findings,
    impression: all.impression,
    advice: all.advice,
    positive: all.impression.trim() ? all.positive : null,
    template_id: all.template_id,
    figures: [...all.figures],
  }
}

export const isWhole = (report: Pick<Written, 'findings' | 'impression'>): boolean =>
  report.findings.trim() !== '' && report.impression.trim() !== ''
/** Whether somebody said positive or negative. */
export const isJudged = (report: Pick<Written, 'positive'>): boolean => report.positive !== null

/** A template's sentences: into empty fields, and below what was written already. Never over it. */
export function filled(report: Written, template: Template): Written {
  const text = (field: (typeof TEXTS)[number]): string => {
    const [mine, theirs] = [report[field].trim(), template[field].trim()]
    if (!theirs || mine.includes(theirs)) return report[field]
    return mine ? `${mine}\n${theirs}` : theirs
  }
  return {
    ...report,
    findings: text('findings'),
    impression: text('impression'),
    advice: text('advice'),
    template_id: template.id,
  }
}

const at = (order_id: string) => ({ params: { path: { order_id } } })
const keyed = (key: string) => ({ headers: { 'Idempotency-Key': key } })
const REPORT = '/api/imaging/orders/{order_id}/report'

export const reportOf = (order_id: string): Promise<Report> => got(api.GET(REPORT, at(order_id)))

export const useReport = (order_id: () => string) =>
  useQuery({
    queryKey: () => ['imaging-report', order_id()],
    queryFn: () => reportOf(order_id()),
    staleTime: 0,
  })

export const saveReport = (order_id: string, version: number, content: Written): Promise<Draft> =>
  got(api.PUT(REPORT, { ...at(order_id), body: { version, ...sent(content) } }))

export const useVersions = (order_id: () => string) =>
  useQuery({
    queryKey: () => ['imaging-report', order_id(), 'versions'],
    queryFn: () => got(api.GET(`${REPORT}/versions`, at(order_id()))),
    staleTime: 0,
  })

/** A step of the report: whatever shows the order asks again, also after a refusal (somebody else was faster). */
async function step<T>(id: string, answer: Promise<{ data?: T }>): Promise<T> {
  try {
    return await got(answer)
  } finally {
    moved(id)
  }
}

/** Signs exactly what the page shows: the save with this version. */
export const useSign = () =>
  useAction((key, verb: 'preliminary' | 'final', id: string, version: number) => {
    const rest = { ...at(id), ...keyed(key), body: { version } }
    return verb === 'preliminary'
      ? step(id, api.POST(`${REPORT}/preliminary`, rest))
      : step(id, api.POST(`${REPORT}/final`, rest))
  })

export const useSendBack = () =>
  useAction((key, id: string, text: string) =>
    step(id, api.POST(`${REPORT}/send-back`, { ...at(id), ...keyed(key), body: { text } })),
  )

export const useAmend = () =>
  useAction((key, id: string, version: number, reason: string, content: Written) =>
    step(
      id,
      api.POST(`${REPORT}/amend`, { ...at(id), ...keyed(key), body: { version, reason, ...sent(content) } }),
    ),
  )

export const useRejectQuality = () =>
  useAction((key, id: string, code: string, text: string) =>
    step(
      id,
      api.POST('/api/imaging/orders/{order_id}/reject-quality', {
        ...at(id),
        ...keyed(key),
        body: { code, text },
      }),
    ),
  )

/** Keeps a picture as it was shown, with its marks; its id goes into the report. */
export const keepPicture = (order_id: string, picture: Blob): Promise<{ attachment_id: string }> =>
  sendBytes('POST', `/api/imaging/orders/${order_id}/figures`, picture)

export const useTemplates = (modality: () => string) =>
  useQuery({
    queryKey: () => ['imaging-templates', modality()],
    queryFn: () =>
      got(api.GET('/api/imaging/report-templates', { params: { query: { modality: modality() } } })),
    staleTime: 5 * 60_000,
  })

export const useKeepTemplate = () =>
  useAction(async (key, body: components['schemas']['NewTemplateBody']) => {
    const kept = await got(api.POST('/api/imaging/report-templates', { ...keyed(key), body }))
    refetch(['imaging-templates'])
    return kept
  })

/** A report while it is written: its fields, a template's sentences in it, and the calls. */
import { took } from '../orders/calls'
import { useAction } from '@/api/action'
import { api, got } from '@/api/client'
import { refetch, useQuery } from '@/api/queries'
import type { components } from '@/api/schema'

export type Report = components['schemas']['ImagingReportView']
export type Version = components['schemas']['ImagingReportVersionView']
export type Template = components['schemas']['ImagingTemplateView']
export type Content = components['schemas']['ReportContent-Input']
export type Figure = NonNullable<Content['figures']>[number]

export interface Written {
  findings: string
  impression: string
  advice: string
  positive: boolean
  template_id: string | null
  figures: Figure[]
}
export const TEXTS = ['findings', 'impression', 'advice'] as const

export const blank = (): Written => ({
  findings: '',
  impression: '',
  advice: '',
  positive: false,
  template_id: null,
  figures: [],
})

export function fromContent(content: Partial<Content> | null | undefined): Written {
  const all = { ...blank(), ...content }
  return {
    findings: all.findings,
    impression: all.impression,
    advice: all.advice,
    positive: all.positive,
    template_id: all.template_id,
    figures: [...all.figures],
  }
}

export const isWhole = (report: Pick<Written, 'findings' | 'impression'>): boolean =>
  report.findings.trim() !== '' && report.impression.trim() !== ''

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

export const reportOf = (order_id: string): Promise<Report> =>
  got(api.GET('/api/imaging/orders/{order_id}/report', at(order_id)))

export const saveReport = (order_id: string, version: number, content: Written): Promise<Report> =>
  got(api.PUT('/api/imaging/orders/{order_id}/report', { ...at(order_id), body: { version, ...content } }))

export const useVersions = (order_id: () => string, enabled: () => boolean) =>
  useQuery({
    queryKey: () => ['imaging-report', order_id(), 'versions'],
    queryFn: () => got(api.GET('/api/imaging/orders/{order_id}/report/versions', at(order_id()))),
    enabled,
    staleTime: 0,
  })

/** Signs exactly what the page shows: the version that was saved last. */
export const useSign = () =>
  useAction(async (key, verb: 'preliminary' | 'final', id: string, version: number) =>
    took(
      await got(
        verb === 'preliminary'
          ? api.POST('/api/imaging/orders/{order_id}/report/preliminary', {
              ...at(id),
              ...keyed(key),
              body: { version },
            })
          : api.POST('/api/imaging/orders/{order_id}/report/final', { ...at(id), ...keyed(key), body: { version } }),
      ),
    ),
  )

export const useSendBack = () =>
  useAction(async (key, id: string, text: string) =>
    took(
      await got(
        api.POST('/api/imaging/orders/{order_id}/report/send-back', { ...at(id), ...keyed(key), body: { text } }),
      ),
    ),
  )

export const useAmend = () =>
  useAction(async (key, id: string, version: number, reason: string, content: Written) =>
    took(
      await got(
        api.POST('/api/imaging/orders/{order_id}/report/amend', {
          ...at(id),
          ...keyed(key),
          body: { version, reason, ...content },
        }),
      ),
    ),
  )

export const useRejectQuality = () =>
  useAction(async (key, id: string, code: string, text: string) =>
    took(
      await got(
        api.POST('/api/imaging/orders/{order_id}/reject-quality', {
          ...at(id),
          ...keyed(key),
          body: { code, text },
        }),
      ),
    ),
  )

export const useTemplates = (modality: () => string) =>
  useQuery({
    queryKey: () => ['imaging-templates', modality()],
    queryFn: () =>
      got(api.GET('/api/imaging/report-templates', { params: { query: { modality: modality() } } })),
    staleTime: 5 * 60_000,
  })

export const useKeepTemplate = () =>
  useAction(async (key, body: components['schemas']['ImagingTemplateBody']) => {
    const kept = await got(api.POST('/api/imaging/report-templates', { ...keyed(key), body }))
    refetch(['imaging-templates'])
    return kept
  })

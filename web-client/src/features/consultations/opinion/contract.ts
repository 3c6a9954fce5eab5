/** What the server says about opinions and reports, under the names that pages use. */
import type { components } from '@/api/schema'

type Schemas = components['schemas']

export type Figure = Required<Schemas['OpinionFigure']>
export type Said = Omit<Schemas['OpinionTextView'], 'figures'> & { figures: Figure[] }
export type Draft = Omit<Schemas['OpinionDraftView'], 'content'> & { content: Said }
export type ExpertOpinion = Omit<Schemas['ExpertOpinionView'], 'content'> & { content: Said | null }
export type Desk = Omit<Schemas['OpinionsView'], 'mine' | 'summary' | 'experts'> & {
  mine: Draft | null
  summary: Draft | null
  experts: ExpertOpinion[]
}
/** One's own opinion, or the joint summary. */
export type Sort = 'opinion' | 'summary'
export type ReportPart = Omit<Schemas['ReportPartView'], 'content'> & { content: Said }
export type Report = Omit<Schemas['ConsultationReportView'], 'parts'> & { parts: ReportPart[] }

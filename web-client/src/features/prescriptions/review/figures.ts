/** Figures of reviewing, the post-review samples, and what patients ask about their drugs. */
import { api, got } from '@/api/client'
import type { components } from '@/api/schema'

export type RuleFigure = components['schemas']['RuleFigureView']
export type Sampled = components['schemas']['SampledView']
export const LOTS = ['any', 'long_term', 'overridden', 'herbal'] as const
export type Lot = (typeof LOTS)[number]

export const figures = (first: string, last: string) =>
  got(api.GET('/api/review-figures', { params: { query: { first, last } } }))

export const samples = () => got(api.GET('/api/post-reviews'))

const keyed = (key: string) => ({ headers: { 'Idempotency-Key': key } })

export const drawSample = (key: string, body: components['schemas']['DrawBody']) =>
  got(api.POST('/api/post-reviews/sample', { ...keyed(key), body }))

export const judge = (key: string, sample_id: string, body: components['schemas']['JudgeBody']) =>
  got(api.POST('/api/post-reviews/{sample_id}', { ...keyed(key), params: { path: { sample_id } }, body }))

export const questions = () => got(api.GET('/api/medication-questions'))

export const answerQuestion = (key: string, question_id: string, text: string) =>
  got(
    api.POST('/api/medication-questions/{question_id}/answer', {
      ...keyed(key),
      params: { path: { question_id } },
      body: { text },
    }),
  )

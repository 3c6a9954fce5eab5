/** The key image of a stage, with the few words that a report needs to find the slice again. */
import { capture } from '@/imaging/figure'
import type { StudyView } from '@/imaging/study'
import type { Viewport } from '@/imaging/viewport'
import { dateOf } from '@/i18n/when'
import { t } from '@/i18n/words/imview'
import { windowLine } from './corners'
import type { Figure } from './figure'

export async function figureOf(
  viewport: Viewport | undefined,
  study: StudyView | undefined,
): Promise<Figure | undefined> {
  const slice = viewport?.slice
  if (!viewport || !slice || !study) return undefined
  const total = viewport.stack?.slices.length ?? 1
  const words = [
    [study.study_at ? dateOf(study.study_at, 0) : '', viewport.stack?.series.description ?? '']
      .filter(Boolean)
      .join('  '),
    [
      total > 1 ? t('over.slice', { n: viewport.index + 1, of: total }) : '',
      windowLine({ look: viewport.look, slice }),
    ]
      .filter(Boolean)
      .join('  '),
  ].filter(Boolean)
  const blob = await capture(viewport, viewport.stageSize, words)
  if (!blob) return undefined
  const { id, sop_uid } = slice.instance
  return { blob, study_id: study.id, instance_id: id, instance_uid: sop_uid, frame: slice.frame }
}

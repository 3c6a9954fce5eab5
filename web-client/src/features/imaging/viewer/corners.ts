/** The words at the corners of a stage, out of what a frame showed. */
import { curveOf } from '@/imaging/curves'
import { presetOf } from '@/imaging/windowing'
import type { StudyView } from '@/imaging/study'
import type { Seen, Viewport } from '@/imaging/viewport'
import { t } from '@/i18n/words/imview'
import { t as shell } from '@/i18n/words/shell'

export interface Corners {
  topLeft: string
  topRight: string
  bottomRight: string
}

const plain = (value: number, digits = 1): string => String(Number(value.toFixed(digits))).replace('-', '−')

export function patientLine(study: StudyView | undefined): string {
  const patient = study?.patient
  if (!patient) return ''
  const sex = shell.has(`sex.${patient.sex}`) ? shell(`sex.${patient.sex}` as 'sex.male') : ''
  const age = patient.age === null ? '' : t('years', { n: patient.age })
  return [patient.name, sex, age].filter(Boolean).join('  ')
}

/** What a curve of the file's own is called; several are counted. */
export function curveName({ name }: { name: string }, n: number, of: number): string {
  return [t('preset.curve'), of > 1 ? String(n + 1) : '', name].filter(Boolean).join(' ')
}

export function windowLine({ look, slice }: Pick<Seen, 'look' | 'slice'>): string {
  if (!slice || slice.instance.samples === 3) return ''
  const curves = slice.instance.curves ?? []
  const shown = curves.findIndex((view) => look.curve && curveOf(view) === look.curve)
  if (look.curve) return curveName(look.curve, shown, curves.length)
  const preset = slice.instance.unit === 'HU' ? presetOf(look.window) : undefined
  const values = t('over.window', { width: plain(look.window[1]), centre: plain(look.window[0]) })
  return preset ? `${t(`preset.${preset}`)}  ${values}` : values
}

function placeLine({ slice, index, total }: Seen): string {
  if (total < 2) return ''
  return t(slice && slice.instance.frames > 1 ? 'over.frame' : 'over.slice', { n: index + 1, of: total })
}

function stateLine({ slice, quality, place }: Seen, viewport: Viewport | undefined): string {
  const failed = viewport?.stack?.failure(viewport.index) !== undefined
  const waiting = failed ? t('over.failed') : t('over.waiting')
  return [
    quality === undefined && slice ? waiting : '',
    quality === 'preview' ? (failed ? t('over.failed') : t('over.preview')) : '',
    place.flip ? t('over.turned') : '',
    slice?.instance.lossy ? t('over.lossy') : '',
  ]
    .filter(Boolean)
    .join('\n')
}

export function cornersOf(
  seen: Seen,
  study: StudyView | undefined,
  viewport: Viewport | undefined,
  plainly: boolean,
): Corners {
  const thickness = seen.slice?.instance.thickness
  const lines = (...all: string[]): string => all.filter(Boolean).join('\n')
  const trade = plainly
    ? []
    : [thickness ? t('over.thickness', { mm: plain(thickness, 2) }) : '', windowLine(seen)]
  const zoom = plainly || !seen.slice ? '' : t('over.zoom', { n: plain(seen.place.zoom) })
  return {
    topLeft: lines(patientLine(study), ...trade),
    topRight: lines(placeLine(seen), zoom),
    bottomRight: stateLine(seen, viewport),
  }
}

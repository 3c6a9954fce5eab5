/** Series and slices for tests. */
import type { InstanceView, SeriesView, StudyView } from '@/imaging/study'

export function anInstance(changes: Partial<InstanceView> = {}): InstanceView {
  return {
    id: 'i1',
    sop_uid: '1.2.3',
    number: 1,
    frames: 1,
    rows: 4,
    columns: 6,
    photometric: 'MONOCHROME2',
    samples: 1,
    bits: 16,
    signed: true,
    pixel_spacing: [0.5, 0.5],
    slice_location: null,
    thickness: 1.25,
    position: [0, 0, 0],
    orientation: [1, 0, 0, 0, 1, 0],
    slope: 1,
    intercept: 0,
    unit: 'HU',
    windows: [[40, 400, '']],
    lossy: false,
    kind: 'image',
    ...changes,
  }
}

/** An axial stack, `apart` millimetres from slice to slice. */
export function aSeries(
  count: number,
  changes: Partial<InstanceView> = {},
  apart = 2,
  start = 0,
): SeriesView {
  const instances = Array.from({ length: count }, (_, i) =>
    anInstance({ id: `i${i + 1}`, number: i + 1, position: [0, 0, start + i * apart], ...changes }),
  )
  return { id: 's1', uid: '1.2', number: 1, modality: 'CT', description: '肺窗薄层', instances }
}

export function aStudy(series: readonly SeriesView[]): StudyView {
  return {
    id: 'study-1',
    patient: { name: '王德顺', sex: 'male', age: 58 },
    description: '胸部 CT 平扫',
    study_at: '2026-11-23T01:12:00Z',
    organisation: '松坪镇卫生院',
    modality: 'CT',
    series,
    priors: [],
  }
}

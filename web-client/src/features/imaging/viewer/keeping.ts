/** Marks that last: asked for with the study, kept and taken away over HTTP, told anew when somebody else changes them. */
import type { Figures, Mark } from '@/imaging/measure'
import type { MarkKind, Point } from '@/imaging/sharing'
import { call } from '@/api/client'
import type { Ask } from '@/imaging/transport'

export interface KeptMark extends Mark {
  readonly by: string
  readonly at: string
  readonly mine: boolean
}

interface MarkView {
  id: string
  instance_id: string
  frame: number
  kind: MarkKind
  points: Point[]
  text: string
  figures: Record<string, unknown> | null
  by: string
  at: string
  mine: boolean
}

/** Members that are null were not measured. */
function figuresOf(figures: MarkView['figures']): Figures | undefined {
  if (!figures) return undefined
  return Object.fromEntries(
    Object.entries(figures).filter(([, value]) => value !== null),
  ) as unknown as Figures
}

function kept(view: MarkView): KeptMark {
  const figures = figuresOf(view.figures)
  return {
    id: view.id,
    kind: view.kind,
    points: view.points,
    instance: view.instance_id,
    frame: view.frame,
    by: view.by,
    at: view.at,
    mine: view.mine,
    ...(view.text && { text: view.text }),
    ...(figures && { figures }),
  }
}

export async function keptMarks(ask: Ask, studyId: string, signal: AbortSignal): Promise<KeptMark[]> {
  const answer = await ask(`/api/imaging/studies/${studyId}/marks`, signal)
  return ((await answer.json()) as MarkView[]).map(kept)
}

/** Keeps one; `figures` are what the page shows beside it. */
export async function keepMark(
  studyId: string,
  mark: Mark,
  figures: Figures | undefined,
  meetingId: string | undefined,
): Promise<KeptMark> {
  const body = JSON.stringify({
    instance_id: mark.instance,
    frame: mark.frame,
    kind: mark.kind,
    points: mark.points,
    text: mark.text ?? '',
    ...(figures && { figures }),
    ...(meetingId !== undefined && { meeting_id: meetingId }),
  })
  const address = new URL(`/api/imaging/studies/${studyId}/marks`, location.origin)
  // The mark's own id is the key: sent twice, kept once.
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': mark.id }
  return kept(
    (await (await call(new Request(address, { method: 'POST', headers, body }))).json()) as MarkView,
  )
}

export async function removeMark(id: string): Promise<void> {
  await call(new Request(new URL(`/api/imaging/marks/${id}`, location.origin), { method: 'DELETE' }))
}

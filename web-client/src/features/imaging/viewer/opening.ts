/** Studies and their stacks for one viewer: asked for with the person's login or a film's token, pixels within one budget. */
import { call } from '@/api/client'
import { offlineProblem, Problem, problemOf } from '@/api/problem'
import { ByteCache, pixelBudget } from '@/imaging/cache'
import { bothOf, previewSize, studyPath, takeStudy } from '@/imaging/early'
import type { Raster } from '@/imaging/raster'
import { Stack, type Progress } from '@/imaging/stack'
import type { SeriesView, StudyView } from '@/imaging/study'
import { HttpTransport, type Ask } from '@/imaging/transport'
import { shown } from '@/view/settings'

/** Requests with the page's login, or with the header of somebody who has none. */
export function askWith(auth: () => string | undefined): Ask {
  return async (path, signal) => {
    const address = new URL(path, location.origin)
    const header = auth()
    if (header === undefined) return call(new Request(address, { signal }))
    const headers = { Authorization: header, 'Accept-Language': shown.language }
    let response: Response
    try {
      response = await fetch(address, { signal, headers })
    } catch (error) {
      if (signal.aborted) throw error
      throw offlineProblem()
    }
    if (!response.ok) throw await problemOf(response)
    return response
  }
}

interface Device {
  deviceMemory?: number
}

function device(): { memoryGb: number | undefined; phone: boolean } {
  const { deviceMemory } = navigator as Device
  return { memoryGb: deviceMemory, phone: matchMedia('(pointer: coarse) and (max-width: 1000px)').matches }
}

const hopeful = (error: unknown): boolean =>
  !(error instanceof Problem) || error.passing || error.status === 401

export class Openings {
  private readonly pixels = new ByteCache<Raster>(pixelBudget(device()))
  private readonly transport: HttpTransport
  private readonly stacks = new Map<string, Stack>()

  constructor(
    readonly ask: Ask,
    private readonly changed: (stack: Stack, progress: () => Progress) => void,
  ) {
    this.transport = new HttpTransport(ask)
  }

  async study(id: string, signal: AbortSignal): Promise<StudyView> {
    return (await (await this.ask(studyPath(id), signal)).json()) as StudyView
  }

  /** The study that the viewer opens, and beside it the picture that it opens with: begun already perhaps. */
  async opened(id: string, signal: AbortSignal): Promise<StudyView> {
    const early = takeStudy(id) ?? bothOf(id, (path) => this.ask(path, signal))
    this.transport.expect(early.picture)
    return (await (await early.study).json()) as StudyView
  }

  /** The stack of a series; the same one when it is opened again, with what it has loaded. */
  stack(series: SeriesView): Stack {
    const known = this.stacks.get(series.id)
    if (known) return known
    const stack: Stack = new Stack(series, {
      transport: this.transport,
      pixels: this.pixels,
      previewSize: previewSize(),
      changed: () => this.changed(stack, () => stack.progress()),
      hopeful,
    })
    this.stacks.set(series.id, stack)
    return stack
  }

  stop(): void {
    for (const stack of this.stacks.values()) stack.stop()
    this.stacks.clear()
    this.pixels.clear()
  }
}

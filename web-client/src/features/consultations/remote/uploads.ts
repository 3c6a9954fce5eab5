/**
 * The files of this tab on their way to requests. They belong to no page: writing goes on, other pages open, files travel.
 */
import { computed, shallowRef } from 'vue'
import { attach, requestKey } from './calls'
import type { Material, MaterialKind, Request } from './contract'
import { LooseStudy, PackedStudy } from './study'
import { Queue, type Carried, type Carrying } from '@/api/carrying'
import { put, refetch } from '@/api/queries'
import { FileInParts } from '@/api/resumable'
import { session } from '@/features/identity/session'

/** What came of a file: the ids under which the request now has it. */
export interface Arrived {
  uploadId?: string
  attachmentId?: string | null
  studyIds?: readonly string[]
}

interface Held {
  queue: Queue<Arrived>
  now: ReturnType<typeof shallowRef<Carrying<Arrived>>>
  /** Ids of uploads that were begun or gone on with here. */
  begun: Set<string>
  studies: Map<string, LooseStudy | PackedStudy>
}
const queues = new Map<string, Held>()

const warn = (event: BeforeUnloadEvent) => {
  if ([...queues.values()].some(({ queue }) => queue.busy)) event.preventDefault()
}

/** One queue for each request, for as long as the tab lives. */
function held(requestId: string): Held {
  const name = `${session.person?.person_id}/${requestId}`
  let found = queues.get(name)
  if (!found) {
    const queue = new Queue<Arrived>()
    const now = shallowRef<Carrying<Arrived>>()
    queue.subscribe((next) => (now.value = next))
    addEventListener('online', () => queue.goOn())
    if (queues.size === 0) addEventListener('beforeunload', warn)
    queues.set(name, (found = { queue, now, begun: new Set(), studies: new Map() }))
  }
  return found
}

const TEN = /\.(dcm|dicom|ima)$/i
const ZIP = /\.zip$/i
const PICTURE = /^image\/(jpeg|png)$/

/** What a file is, by its name and type; a study's files often have neither. */
export function kindOf(file: Pick<File, 'name' | 'type'>): MaterialKind | undefined {
  if (ZIP.test(file.name) || TEN.test(file.name) || file.name === 'DICOMDIR') return 'dicom'
  if (PICTURE.test(file.type)) return 'photo'
  if (file.type === 'application/pdf') return /ecg|ekg|心电/i.test(file.name) ? 'ecg' : 'document'
  return file.type === '' && !/\.\w{2,4}$/.test(file.name) ? 'dicom' : undefined
}

export function useUploads(request: () => Request) {
  const { queue, now, begun, studies } = held(request().id)
  const files = computed<readonly Carried<Arrived>[]>(() => now.value?.files ?? [])
  const inHand = computed(() => new Set(files.value.flatMap((one) => one.result?.uploadId ?? [])))

  async function tied(uploadId: string, kind: MaterialKind): Promise<void> {
    begun.add(uploadId)
    if (request().materials.some((one) => one.upload_id === uploadId)) return
    const next = await attach(request().id, { upload_id: uploadId, kind })
    put(requestKey(next.id), next)
  }

  function addDocument(file: File, kind: MaterialKind): void {
    const about = {
      purpose: 'remote_material' as const,
      patientId: request().patient.id,
      scope: `${session.person?.person_id}/${request().id}`,
    }
    queue.add(file.name, kind, new FileInParts(file, about, (id) => tied(id, kind)))
  }

  /** Pictures of one study travel as one thing. */
  function addStudy(chosen: readonly File[], name: string): void {
    const { id, patient } = request()
    const entered = async (studyIds: readonly string[]) => {
      for (const study_id of studyIds) {
        if (request().study_ids.includes(study_id)) continue
        const next = await attach(id, { study_id, kind: 'dicom' })
        put(requestKey(next.id), next)
      }
      refetch(requestKey(id), ['imaging-studies', patient.id])
    }
    const [first] = chosen
    const carrier =
      first && ZIP.test(first.name)
        ? new PackedStudy(first, patient.id, id, entered)
        : new LooseStudy(chosen, patient.id, id, entered)
    const key = queue.add(name, 'dicom', carrier)
    studies.set(key, carrier)
  }

  /** Takes what was chosen or dropped; gives the names of what nobody takes here. */
  function take(chosen: readonly File[], folder = ''): string[] {
    const refused: string[] = []
    const slices: File[] = []
    for (const file of chosen) {
      const kind = kindOf(file)
      if (file.size === 0 || kind === undefined) refused.push(file.name)
      else if (kind === 'dicom') slices.push(file)
      else addDocument(file, kind)
    }
    for (const zip of slices.filter((one) => ZIP.test(one.name))) addStudy([zip], zip.name)
    const loose = slices.filter((one) => !ZIP.test(one.name))
    if (loose.length) addStudy(loose, folder || (loose[0]?.name ?? ''))
    return refused
  }

  /** What the request waits for and nobody here is sending: it was begun elsewhere, or before a reload. */
  const stranded = computed<Material[]>(() =>
    request().materials.filter(
      (one) =>
        one.upload_id !== null &&
        (one.state === 'waiting' || one.state === 'uploading') &&
        !begun.has(one.upload_id) &&
        !inHand.value.has(one.upload_id),
    ),
  )
  const carrying = computed(() => now.value)
  return {
    files,
    carrying,
    stranded,
    take,
    retry: (key: string) => queue.retry(key),
    /** Somebody looked: these pictures are this patient's. */
    confirm: (key: string, reason: string) => {
      studies.get(key)?.confirm(reason)
      queue.retry(key)
    },
    remove: (key: string) => queue.remove(key),
    goOn: () => queue.goOn(),
  }
}
export type Uploads = ReturnType<typeof useUploads>

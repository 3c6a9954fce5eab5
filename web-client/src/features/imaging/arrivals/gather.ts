/** Files out of folders, drags and choosers: which are worth sending, and what is left out and why. Pure but for reading folders. */

export interface Found {
  file: File
  /** Where it lay, for people to recognise: folder/IM0001. */
  path: string
}
export interface Sorted {
  send: Found[]
  /** Left here: nothing that could be a picture. */
  skipped: { path: string; why: 'system' | 'empty' | 'directory' }[]
}

const SYSTEM = /^(\.|~\$|thumbs\.db$|desktop\.ini$|autorun\.inf$|__MACOSX$)/i
/** Programs and papers that lie on a disc beside the pictures. */
const BESIDE = /\.(exe|dll|inf|htm|html|css|js|bat|msi|app|dmg|ico|chm|xml|log)$/i

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

export const isZip = (file: Pick<File, 'name' | 'type'>): boolean =>
  /\.zip$/i.test(file.name) || file.type === 'application/zip' || file.type === 'application/x-zip-compressed'

export function sorted(found: readonly Found[]): Sorted {
  const send: Found[] = []
  const skipped: Sorted['skipped'] = []
  for (const one of found) {
    const name = nameOf(one.path)
    const hidden = one.path.split('/').some((part) => SYSTEM.test(part))
    if (hidden || BESIDE.test(name)) skipped.push({ path: one.path, why: 'system' })
    else if (/^dicomdir$/i.test(name)) skipped.push({ path: one.path, why: 'directory' })
    else if (one.file.size === 0) skipped.push({ path: one.path, why: 'empty' })
    else send.push(one)
  }
  send.sort((a, b) => a.path.localeCompare(b.path, 'en', { numeric: true }))
  return { send, skipped }
}

/** What a chooser gave: with folders, where each file lay in them. */
export const ofChooser = (list: Iterable<File>): Found[] =>
  [...list].map((file) => ({ file, path: file.webkitRelativePath || file.name }))

const entriesOf = (reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> =>
  new Promise((resolve, reject) => reader.readEntries(resolve, reject))
const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject))

async function walk(entry: FileSystemEntry): Promise<Found[]> {
  const path = entry.fullPath.replace(/^\//, '')
  if (entry.isFile) return [{ file: await fileOf(entry as FileSystemFileEntry), path }]
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  const found: Found[] = []
  // A reader gives a hundred at a time, until it gives none.
  for (;;) {
    const some = await entriesOf(reader)
    if (some.length === 0) return found
    for (const one of some) found.push(...(await walk(one)))
  }
}

/** What was dropped: files, and whole folders with all that is in them. */
export async function ofDrop(data: DataTransfer): Promise<Found[]> {
  // The list is gone after the first wait: take everything out of it at once.
  const entries = [...data.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)
  if (entries.length === 0) return ofChooser(data.files)
  const found: Found[] = []
  for (const entry of entries) found.push(...(await walk(entry)))
  return found
}

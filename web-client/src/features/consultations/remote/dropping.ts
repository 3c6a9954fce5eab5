/** What was dropped on the page: files, and everything inside folders. */
export interface Dropped {
  files: File[]
  /** The name of the first folder, for the line that stands for all of it. */
  folder: string
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject))
}

/** A folder tells its content in portions until one is empty. */
async function inside(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0) return all
    all.push(...some)
  }
}

async function below(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) return [await fileOf(entry as FileSystemFileEntry)]
  const found: File[] = []
  for (const each of await inside(entry as FileSystemDirectoryEntry)) found.push(...(await below(each)))
  return found
}

export async function dropped(data: DataTransfer): Promise<Dropped> {
  // The list is emptied as soon as this function waits: entries are taken first.
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.()).filter((one) => one != null)
  if (entries.length === 0) return { files: [...data.files], folder: '' }
  const files: File[] = []
  for (const entry of entries) files.push(...(await below(entry)))
  return { files, folder: entries.find((one) => one.isDirectory)?.name ?? '' }
}

/**
 * What this browser remembers of files on their way, so that choosing the same file again after a reload goes on where it
 * stopped: under a digest, an id that only its starter may use. No name, no content: many people share a clinic's computer.
 */
export interface Memory {
  get(mark: string): Promise<string | undefined>
  put(mark: string, id: string): Promise<void>
  forget(mark: string): Promise<void>
}

const NAME = 'lianyi-uploads'
const STORE = 'files'
/** The server has thrown it away by then. */
const KEPT_MS = 7 * 24 * 3_600_000

interface Kept {
  id: string
  at: number
}

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('indexeddb'))
  })
}

let opened: Promise<IDBDatabase> | undefined
function database(): Promise<IDBDatabase> {
  opened ??= (() => {
    const request = indexedDB.open(NAME, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE)
    return asked(request)
  })()
  return opened
}

async function files(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  return (await database()).transaction(STORE, mode).objectStore(STORE)
}

/** A browser that keeps nothing (a private window) only forgets: files are then sent from their beginning. */
async function kindly<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run()
  } catch {
    return undefined
  }
}

export const browserMemory: Memory = {
  get: (mark) =>
    kindly(async () => {
      const kept = (await asked((await files('readonly')).get(mark))) as Kept | undefined
      return kept && Date.now() - kept.at < KEPT_MS ? kept.id : undefined
    }),
  put: async (mark, id) => {
    await kindly(async () =>
      asked((await files('readwrite')).put({ id, at: Date.now() } satisfies Kept, mark)),
    )
  },
  forget: async (mark) => {
    await kindly(async () => asked((await files('readwrite')).delete(mark)))
  },
}

import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type AttachmentStore, isStoreName, pathOfName, StoreAway, type StoredFile } from './store.ts'

const PART = /^[0-9a-f]{2}$/

/** Files in a folder of this machine, or of a disk that all processes share. */
export function createFolderStore(root: string): AttachmentStore {
  const pathOf = (name: string) => join(root, pathOfName(name))

  async function put(name: string, sealed: Uint8Array): Promise<void> {
    const path = pathOf(name)
    const folder = dirname(path)
    // Written beside and renamed: under its own name a file is whole or not there, whenever the machine dies.
    const beside = `${path}.${randomBytes(8).toString('hex')}`
    try {
      const isNew = (await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined
      const file = await open(beside, 'wx', 0o600)
      try {
        await file.writeFile(sealed)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(beside, path)
      await syncFolder(folder)
      if (isNew) for (const above of [dirname(folder), root, dirname(root)]) await syncFolder(above)
    } catch (error) {
      await rm(beside, { force: true }).catch(() => {})
      throw new StoreAway('keep a file', error)
    }
  }

  async function* list(): AsyncGenerator<readonly StoredFile[]> {
    for (const first of await partsOf(root)) {
      for (const second of await partsOf(join(root, first))) {
        const folder = join(root, first, second)
        const names = (await namesIn(folder)).filter((name) => isStoreName(name) && name.startsWith(first + second))
        const files: StoredFile[] = []
        for (const name of names) {
          const storedAt = (await unlessMissing(() => stat(join(folder, name))))?.mtime
          if (storedAt !== undefined) files.push({ name, storedAt })
        }
        if (files.length > 0) yield files
      }
    }
  }

  return {
    put,
    has: async (name) => {
      const path = pathOf(name)
      return (await unlessMissing(() => stat(path))) !== null
    },
    get: async (name) => {
      const path = pathOf(name)
      return unlessMissing(() => readFile(path))
    },
    remove: async (names) => {
      for (const path of names.map(pathOf)) await unlessMissing(() => rm(path, { force: true }))
    },
    list,
  }
}

async function partsOf(folder: string): Promise<string[]> {
  return (await namesIn(folder)).filter((name) => PART.test(name)).sort()
}

async function namesIn(folder: string): Promise<string[]> {
  return (await unlessMissing(() => readdir(folder))) ?? []
}

async function unlessMissing<Result>(work: () => Promise<Result>): Promise<Result | null> {
  try {
    return await work()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new StoreAway('be read', error)
  }
}

/** Without it a machine that dies may forget the name of a file whose content it has written. */
async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders; it writes names by itself.
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

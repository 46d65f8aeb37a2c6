/** Where the contents of papers are kept, sealed; the database has only their names. */
export interface AttachmentStore {
  /** Returns once the bytes are there to stay. The same name is always for the same content, so a repeat does no harm. */
  put(name: string, sealed: Uint8Array): Promise<void>
  has(name: string): Promise<boolean>
  /** Null: there is no such file. */
  get(name: string): Promise<Buffer | null>
  /** What is not there counts as removed. */
  remove(names: readonly string[]): Promise<void>
  /** All that is kept, some at a time. */
  list(): AsyncIterable<readonly StoredFile[]>
}

export interface StoredFile {
  name: string
  storedAt: Date
}

/** The store did not answer, or has no room: a fault that passes by itself, and no fault of what was asked. */
export class StoreAway extends Error {
  /** Known to `isPassingFault`. */
  readonly code = 'STORE_AWAY'
  readonly statusCode = 503

  constructor(doing: string, cause: unknown) {
    super(`The store of attachments could not ${doing}`, { cause })
    this.name = 'StoreAway'
  }
}

/** A name of ours, or one that it has while it is written. Nothing else is ever looked for or removed. */
const NAME = /^[0-9a-f]{64}(\.[0-9a-f]{16})?$/

export function isStoreName(name: string): boolean {
  return NAME.test(name)
}

/** `ab/cd/abcd…`: a folder with all files of a province in it is slow to open. */
export function pathOfName(name: string): string {
  if (!isStoreName(name)) throw new Error('This is not the name of a stored file')
  return `${name.slice(0, 2)}/${name.slice(2, 4)}/${name}`
}

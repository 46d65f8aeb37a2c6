import type { AttachmentStore, StoredFile } from '../../src/attachments/store.ts'

/** A store that ends with the test. */
export interface TestStore extends AttachmentStore {
  readonly files: Map<string, { content: Buffer; storedAt: Date }>
}

export function aStore(): TestStore {
  const files: TestStore['files'] = new Map()
  return {
    files,
    put: async (name, sealed) => {
      files.set(name, { content: Buffer.from(sealed), storedAt: new Date() })
    },
    has: async (name) => files.has(name),
    get: async (name) => files.get(name)?.content ?? null,
    remove: async (names) => {
      for (const name of names) files.delete(name)
    },
    list: async function* (): AsyncGenerator<readonly StoredFile[]> {
      yield [...files].map(([name, { storedAt }]) => ({ name, storedAt }))
    },
  }
}

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createFolderStore } from '../../src/attachments/folder-store.ts'
import { createS3Store } from '../../src/attachments/s3-store.ts'
import { type AttachmentStore, StoreAway } from '../../src/attachments/store.ts'
import { isPassingFault } from '../../src/db/faults.ts'
import { startFakeS3 } from '../fakes/s3.ts'

const root = mkdtempSync(join(tmpdir(), 'cau-noi-store-'))
const s3 = await startFakeS3()
afterAll(async () => {
  rmSync(root, { recursive: true, force: true })
  await s3.close()
})
afterEach(() => {
  s3.mode = 'ok'
})

let names = 0
const aName = () => (++names).toString(16).padStart(4, '0').repeat(16)
const folder = join(root, 'papers')
const SEALED = Buffer.from([0, 1, 2, 250, 255])

async function allOf(store: AttachmentStore): Promise<string[]> {
  const found: string[] = []
  for await (const files of store.list()) found.push(...files.map(({ name }) => name))
  return found.sort()
}

describe.each([
  ['a folder', () => createFolderStore(folder)],
  ['a bucket', () => createS3Store(s3.settings)],
])('%s of papers', (_, open) => {
  it('gives back what was put there, byte for byte, also when it is put twice', async () => {
    const [store, name] = [open(), aName()]

    await store.put(name, SEALED)
    await store.put(name, SEALED)

    expect(await store.get(name)).toEqual(SEALED)
    expect(await store.has(name)).toBe(true)
  })

  it('says of a file that is not there that it is not there', async () => {
    const [store, name] = [open(), aName()]

    expect([await store.get(name), await store.has(name)]).toEqual([null, false])
  })

  it('removes what it is told, and takes it easy when it is gone already', async () => {
    const [store, kept, gone] = [open(), aName(), aName()]
    await store.put(kept, SEALED)
    await store.put(gone, SEALED)

    await store.remove([gone, aName()])
    await store.remove([gone])

    expect([await store.has(kept), await store.has(gone)]).toEqual([true, false])
  })

  it('lists all that it has, however much, with the time when it came', async () => {
    const store = open()
    const mine = [aName(), aName(), aName(), aName(), aName()]
    for (const name of mine) await store.put(name, SEALED)

    const all = await allOf(store)

    expect(all.filter((name) => mine.includes(name))).toEqual([...mine].sort())
    for await (const files of store.list()) {
      for (const { storedAt } of files) expect(Math.abs(Date.now() - storedAt.getTime())).toBeLessThan(60_000)
    }
  })

  it.each(['../../etc/passwd', 'ab', '', `${'a'.repeat(63)}/`, 'A'.repeat(64)])(
    'looks for nothing named "%s"',
    async (name) => {
      const store = open()

      await expect(store.get(name)).rejects.toThrow('not the name')
      await expect(store.put(name, SEALED)).rejects.toThrow('not the name')
      await expect(store.remove([name])).rejects.toThrow('not the name')
    },
  )
})

describe('a folder of papers', () => {
  it('is for nobody else on the machine', async () => {
    const name = aName()
    await createFolderStore(folder).put(name, SEALED)

    const modes = [folder, join(folder, name.slice(0, 2)), join(folder, name.slice(0, 2), name.slice(2, 4), name)].map(
      (path) => statSync(path).mode & 0o777,
    )

    expect(modes).toEqual([0o700, 0o700, 0o600])
  })

  it('leaves nothing half-written under a name, and the sweep finds what a death left beside', async () => {
    const name = aName()
    const inside = join(folder, name.slice(0, 2), name.slice(2, 4))
    const store = createFolderStore(folder)
    await store.put(name, SEALED)
    const half = `${name}.0123456789abcdef`
    writeFileSync(join(inside, half), 'half')
    utimesSync(join(inside, half), 0, 0)

    const all = await allOf(store)
    await store.remove([half])

    expect(all).toContain(half)
    expect(readdirSync(inside)).toEqual([name])
    expect(readFileSync(join(inside, name))).toEqual(SEALED)
  })

  it('that cannot be written says that it passes, and is not to blame on the paper', async () => {
    writeFileSync(join(root, 'a-file'), '')

    const fault = await createFolderStore(join(root, 'a-file'))
      .put(aName(), SEALED)
      .catch((error: unknown) => error)

    expect(fault).toBeInstanceOf(StoreAway)
    expect(isPassingFault(fault)).toBe(true)
  })
})

describe('a bucket', () => {
  it('has the keys that the folder has as paths', async () => {
    const name = aName()

    await createS3Store(s3.settings).put(name, SEALED)

    expect(s3.calls.at(-1)).toBe(`PUT /papers/${name.slice(0, 2)}/${name.slice(2, 4)}/${name}`)
    expect(s3.objects.has(`${name.slice(0, 2)}/${name.slice(2, 4)}/${name}`)).toBe(true)
  })

  it.each(['busy', 'drop', 'no-bucket'] as const)('that is away (%s) is no lost paper', async (mode) => {
    const [store, name] = [createS3Store(s3.settings), aName()]
    await store.put(name, SEALED)
    s3.mode = mode

    const faults = await Promise.all(
      [() => store.get(name), () => store.put(name, SEALED)].map((act) => act().catch((error: unknown) => error)),
    )

    expect(faults.every((fault) => fault instanceof StoreAway)).toBe(true)
  })

  it('refuses a wrong secret', async () => {
    const store = createS3Store({ ...s3.settings, secret: 'another' })

    await expect(store.put(aName(), SEALED)).rejects.toMatchObject({
      cause: { message: 'answered 403 SignatureDoesNotMatch' },
    })
  })
})

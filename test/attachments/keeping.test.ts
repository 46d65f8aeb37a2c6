import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { keepFile } from '../../src/attachments/keep-file.ts'
import { checkFolder } from '../../src/attachments/known-folder.ts'
import { createMover } from '../../src/attachments/move-contents.ts'
import { openAttachment } from '../../src/attachments/open-attachment.ts'
import { removeFiles, sweepFiles } from '../../src/attachments/remove-files.ts'
import { newId } from '../../src/ids.ts'
import { forget } from '../../src/messaging/forget.ts'
import { seal } from '../../src/secrets.ts'
import { aContact, desk, MONDAY, type TestContact } from '../desk/desk-builders.ts'
import { TINY_JPEG } from '../fakes/telegram.ts'
import { createDatabase } from '../support/database.ts'
import { aStore } from '../support/store.ts'

const { sql } = await createDatabase()
const { secrets } = desk
const lines: string[] = []
const log = { error: (_facts: unknown, line?: string) => void lines.push(line ?? '') }
const DAY_MS = 86_400_000
const folders = mkdtempSync(join(tmpdir(), 'cau-noi-folders-'))
afterAll(() => rmSync(folders, { recursive: true, force: true }))

beforeEach(async () => {
  lines.length = 0
  await sql`truncate attachments, attachments_to_remove, attachment_folder`
})

/** As a channel or an officer hands it in. */
async function aPaper(store = aStore(), owner?: TestContact, content: Buffer = TINY_JPEG): Promise<string> {
  const contact = owner ?? (await aContact(sql))
  const id = newId()
  await keepFile(sql, { secrets, store }, contact, content, async (tx, name) => {
    await tx`insert into attachments (id, contact_id, channel, account, media_type, stored_name, created_at, fetched_at)
      values (${id}, ${contact.id}, 'web', 'web', 'image/jpeg', ${name}, ${MONDAY}, ${MONDAY})`
    return true
  })
  return id
}

/** As it was kept before there was a store. */
async function anOldPaper(contact: TestContact, content: Buffer = TINY_JPEG, sealed = seal(contact.key, content)) {
  const id = newId()
  await sql`insert into attachments (id, contact_id, channel, account, media_type, sealed_content, created_at, fetched_at)
    values (${id}, ${contact.id}, 'web', 'web', 'image/jpeg', ${sealed}, ${MONDAY}, ${MONDAY})`
  return id
}

const opened = (store: ReturnType<typeof aStore>, id: string) => openAttachment({ sql, secrets, store, log }, id)

describe('a paper that is kept', () => {
  it('lies in the store, where nobody without the key reads it or tells whose it is', async () => {
    const [store, contact] = [aStore(), await aContact(sql)]

    const id = await aPaper(store, contact)

    const [[name, file] = []] = [...store.files]
    expect(await opened(store, id)).toEqual({ content: TINY_JPEG, mediaType: 'image/jpeg' })
    expect(file?.content.includes(TINY_JPEG.subarray(0, 32))).toBe(false)
    expect(name).toMatch(/^[0-9a-f]{64}$/)
  })

  it('is one file when the same person sends it twice, and another one for somebody else', async () => {
    const [store, contact] = [aStore(), await aContact(sql)]

    await aPaper(store, contact)
    await aPaper(store, contact)
    const ofOne = store.files.size
    await aPaper(store)

    expect([ofOne, store.files.size]).toEqual([1, 2])
  })

  it('is not there, and says so in the log, once a disk lost or changed it', async () => {
    const store = aStore()
    const [lost, changed] = [await aPaper(store), await aPaper(store)]
    const [first, second] = [...store.files.keys()]
    store.files.delete(first ?? '')
    store.files.get(second ?? '')?.content.write('changed', 40)

    expect([await opened(store, lost), await opened(store, changed)]).toEqual([null, null])
    expect(lines).toEqual(['a paper is not in the store', 'a paper in the store is not what was put there'])
  })
})

describe('the file of a paper whose row goes', () => {
  it('goes too, unless the person sent the same thing for another purpose', async () => {
    const [store, contact] = [aStore(), await aContact(sql)]
    const [first, second] = [await aPaper(store, contact), await aPaper(store, contact)]

    await sql`delete from attachments where id = ${first}`
    await removeFiles(sql, store)
    const still = await opened(store, second)
    await sql`delete from attachments where id = ${second}`
    await removeFiles(sql, store)

    expect(still?.content).toEqual(TINY_JPEG)
    expect(store.files.size).toBe(0)
    expect(await sql`select 1 from attachments_to_remove`).toHaveLength(0)
  })

  it('goes when its time is over', async () => {
    const store = aStore()
    await aPaper(store)

    await forget(sql, new Date(MONDAY.getTime() + 100 * DAY_MS), { log })
    await removeFiles(sql, store)

    expect(store.files.size).toBe(0)
  })

  it('goes for many at once, and again after a death in the middle', async () => {
    const [store, contact] = [aStore(), await aContact(sql)]
    for (let one = 0; one < 25; one++) await aPaper(store, contact, Buffer.from(`paper ${one}`))
    await sql`delete from attachments where contact_id = ${contact.id}`
    let calls = 0
    const dying = {
      ...store,
      remove: async (names: readonly string[]) => {
        await store.remove(names)
        if (++calls === 2) throw new Error('killed')
      },
    }

    await removeFiles(sql, dying).catch(() => {})
    const [left] = await sql`select count(*) as count from attachments_to_remove`
    await removeFiles(sql, store)

    expect(left).toEqual({ count: 15 })
    expect(store.files.size).toBe(0)
    expect(await sql`select 1 from attachments_to_remove`).toHaveLength(0)
  })

  it('stays while somebody is naming it anew', async () => {
    const [store, contact] = [aStore(), await aContact(sql)]
    const first = await aPaper(store, contact)
    await sql`delete from attachments where id = ${first}`
    const again = newId()

    await keepFile(sql, { secrets, store }, contact, TINY_JPEG, async (tx, name) => {
      await removeFiles(sql, store)
      await tx`insert into attachments (id, contact_id, channel, account, stored_name, created_at)
        values (${again}, ${contact.id}, 'web', 'web', ${name}, ${MONDAY})`
      return true
    })
    await removeFiles(sql, store)

    expect((await opened(store, again))?.content).toEqual(TINY_JPEG)
  })

  it('comes back when it was taken between the file and its row', async () => {
    const store = aStore()
    let puts = 0
    const raced = {
      ...store,
      put: async (name: string, sealed: Uint8Array) => {
        await store.put(name, sealed)
        if (++puts === 1) store.files.delete(name)
      },
    }

    const id = await aPaper(raced)

    expect((await opened(store, id))?.content).toEqual(TINY_JPEG)
  })
})

describe('a death between the file and its row', () => {
  async function anOrphan(store = aStore()) {
    await keepFile(sql, { secrets, store }, await aContact(sql), TINY_JPEG, async () => {
      throw new Error('killed')
    }).catch(() => {})
    return store
  }
  const sweep = async (store: ReturnType<typeof aStore>, most?: number) => {
    await sweepFiles(sql, store, new Date(), { log, ...(most === undefined ? {} : { most }) })
    await removeFiles(sql, store)
  }
  const age = (store: ReturnType<typeof aStore>) => {
    for (const file of store.files.values()) file.storedAt = new Date(Date.now() - 2 * DAY_MS)
  }

  it('leaves a file that is swept after a day, and not before', async () => {
    const store = await anOrphan()

    await sweep(store)
    const fresh = store.files.size
    age(store)
    await sweep(store)

    expect([fresh, store.files.size]).toEqual([1, 0])
  })

  it('costs nobody else a paper, however old', async () => {
    const store = await anOrphan()
    const id = await aPaper(store)
    age(store)

    const found = await sweepFiles(sql, store, new Date(), { log })
    await removeFiles(sql, store)

    expect(found).toBe(1)
    expect((await opened(store, id))?.content).toEqual(TINY_JPEG)
    expect(store.files.size).toBe(1)
  })

  it('is not what made thousands of files that no row names: those are left and told of', async () => {
    const store = aStore()
    for (let one = 0; one < 4; one++) await anOrphan(store)
    age(store)

    await sweep(store, 3)

    expect(store.files.size).toBe(4)
    expect(lines.join()).toContain('too many to be ours')
  })
})

describe('a paper of somebody who is erased while it comes in', () => {
  it('is not kept', async () => {
    const [store, contact] = [aStore(), await aContact(sql)]

    const isKept = await keepFile(sql, { secrets, store }, contact, TINY_JPEG, async () => false)
    await removeFiles(sql, store)

    expect(isKept).toBe(false)
    expect(store.files.size).toBe(0)
  })
})

describe('papers from before there was a store', () => {
  it('can be opened before and after they are moved, and leave nothing in their rows', async () => {
    const [store, contact] = [aStore(), await aContact(sql)]
    const ids: string[] = []
    for (let one = 0; one < 23; one++) ids.push(await anOldPaper(contact, Buffer.from(`paper ${one}`)))
    const mover = createMover({ sql, secrets, store, log })
    const before = await opened(store, ids[22] ?? '')

    while ((await mover.run()) > 0);

    const after = await Promise.all(ids.map((id) => opened(store, id)))
    expect(before?.content.toString()).toBe('paper 22')
    expect(after.map((file) => file?.content.toString())).toEqual(ids.map((_, one) => `paper ${one}`))
    expect(store.files.size).toBe(23)
    expect(await sql`select 1 from attachments where sealed_content is not null`).toHaveLength(0)
  })

  it('stay in their rows when the store is away or the process dies, and are moved later', async () => {
    const [store, contact] = [aStore(), await aContact(sql)]
    const id = await anOldPaper(contact)
    const away = { ...store, put: () => Promise.reject(new Error('away')) }

    await createMover({ sql, secrets, store: away, log }).run()
    const meanwhile = await opened(store, id)
    await createMover({ sql, secrets, store, log }).run()

    expect(meanwhile?.content).toEqual(TINY_JPEG)
    expect((await opened(store, id))?.content).toEqual(TINY_JPEG)
    expect(store.files.size).toBe(1)
  })

  it('go with their person, and one that cannot be opened does not keep the others', async () => {
    const [store, contact, erased] = [aStore(), await aContact(sql), await aContact(sql)]
    const gone = await anOldPaper(erased)
    await sql`update contacts set sealed_key = null where id = ${erased.id}`
    const broken = await anOldPaper(contact, TINY_JPEG, Buffer.alloc(64))
    const whole = await anOldPaper(contact)

    await createMover({ sql, secrets, store, log }).run()

    const rows = await sql`select id, sealed_content is null as moved, failure from attachments order by id`
    expect(Object.fromEntries(rows.map((row) => [row.id, [row.moved, row.failure]]))).toEqual({
      [gone]: [true, 'gone'],
      [broken]: [false, null],
      [whole]: [true, null],
    })
  })
})

describe('a process that starts with a folder', () => {
  it('is let in with the folder that the database knows, first or again', async () => {
    const folder = join(folders, 'one')

    await checkFolder(sql, folder)

    await expect(checkFolder(sql, folder)).resolves.toBeUndefined()
  })

  it('is refused with another one, and told what to do', async () => {
    await checkFolder(sql, join(folders, 'first'))

    const refused = await checkFolder(sql, join(folders, 'second')).catch((error: Error) => error.message)

    expect(refused).toMatch(/DATA_DIR: .*second is not the folder.*shared.*ATTACHMENTS_S3_URL/)
    const [, id = '', file = ''] = /write (\S+) into (\S+)$/.exec(String(refused)) ?? []
    writeFileSync(file, id)
    await expect(checkFolder(sql, join(folders, 'second'))).resolves.toBeUndefined()
  })

  it('is refused when the folder cannot be written', async () => {
    writeFileSync(join(folders, 'a-file'), '')

    await expect(checkFolder(sql, join(folders, 'a-file', 'attachments'))).rejects.toThrow('cannot be written')
  })
})

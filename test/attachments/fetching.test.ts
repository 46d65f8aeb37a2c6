import { describe, expect, it } from 'vitest'
import { fetchAttachments } from '../../src/attachments/fetch-attachments.ts'
import { openAttachment } from '../../src/attachments/open-attachment.ts'
import { servedHeaders } from '../../src/attachments/served.ts'
import { StoreAway } from '../../src/attachments/store.ts'
import { newId } from '../../src/ids.ts'
import { seal } from '../../src/secrets.ts'
import { aContact, desk, MONDAY, type TestContact } from '../desk/desk-builders.ts'
import { TINY_JPEG } from '../fakes/telegram.ts'
import { createDatabase } from '../support/database.ts'
import { aChannel, TestClock } from '../support/spine.ts'
import { aStore } from '../support/store.ts'

const { sql } = await createDatabase()
const { secrets } = desk
const store = aStore()
const log = { warn() {}, error() {} }

async function aPaper(contact: TestContact, content: Buffer | null): Promise<string> {
  const id = newId()
  const [named, sealed] = [seal(contact.key, Buffer.from('file-1')), content && seal(contact.key, content)]
  await sql`insert into attachments
    (id, contact_id, channel, account, sealed_external_id, media_type, sealed_content, created_at, fetched_at)
    values (${id}, ${contact.id}, 'telegram', 'bot', ${named}, 'image/jpeg', ${sealed}, ${MONDAY}, ${content && MONDAY})`
  return id
}

describe('a file that an officer sends along', () => {
  it('is opened with the key of the person it goes to', async () => {
    const id = await aPaper(await aContact(sql), Buffer.from('ảnh'))

    const file = await openAttachment({ sql, secrets, store, log }, id)

    expect(file).toEqual({ content: Buffer.from('ảnh'), mediaType: 'image/jpeg' })
  })

  it('is gone once the person was erased', async () => {
    const contact = await aContact(sql)
    const id = await aPaper(contact, Buffer.from('ảnh'))
    await sql`update contacts set sealed_key = null where id = ${contact.id}`

    expect(await openAttachment({ sql, secrets, store, log }, id)).toBeNull()
  })
})

describe('a paper that is being fetched when the service stops', () => {
  it('is left for the next start, without counting the try', async () => {
    const id = await aPaper(await aContact(sql), null)
    const stopping = new AbortController()
    const channel = {
      ...aChannel(),
      fetchFile: () => {
        stopping.abort()
        return new Promise<never>(() => {})
      },
    }

    await fetchAttachments({ sql, secrets, store, clock: { now: () => MONDAY }, log, signal: stopping.signal }, channel)

    const [row] = await sql`select attempts, lease_until, failure from attachments where id = ${id}`
    expect(row).toEqual({ attempts: 0, lease_until: null, failure: null })
  })
})

describe('words that were spoken', () => {
  it('are fetched and kept for an officer, whatever they are coded in', async () => {
    const id = await aPaper(await aContact(sql), null)
    const spoken = Buffer.concat([Buffer.from('OggS'), Buffer.alloc(24), Buffer.from('OpusHead'), Buffer.alloc(64)])
    const channel = { ...aChannel(), fetchFile: async () => ({ content: spoken, mediaType: 'audio/ogg' }) }

    await fetchAttachments({ sql, secrets, store, clock: { now: () => MONDAY }, log }, channel)

    const [row] = await sql`select media_type, failure from attachments where id = ${id}`
    expect(row).toEqual({ media_type: 'audio/ogg', failure: null })
  })
})

describe('words spoken on Zalo', () => {
  it.each([
    ['audio/aac', Buffer.concat([Buffer.from([0xff, 0xf1, 0x50, 0x80, 0x01, 0x7f, 0xfc]), Buffer.alloc(64)])],
    ['audio/amr', Buffer.concat([Buffer.from('#!AMR\n'), Buffer.alloc(64)])],
  ])('are kept as %s', async (type, content) => {
    const id = await aPaper(await aContact(sql), null)
    const channel = { ...aChannel(), fetchFile: async () => ({ content, mediaType: type }) }

    await fetchAttachments({ sql, secrets, store, clock: { now: () => MONDAY }, log }, channel)

    const [row] = await sql`select media_type, failure from attachments where id = ${id}`
    expect(row).toEqual({ media_type: type, failure: null })
    expect(servedHeaders('x', type, { pdfInline: false })['content-disposition']).toMatch(/x\.(aac|amr)"/)
  })
})

describe('a photo as newer telephones make it', () => {
  it('is kept for the officer', async () => {
    const id = await aPaper(await aContact(sql), null)
    const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic'), Buffer.alloc(64)])
    const channel = { ...aChannel(), fetchFile: async () => ({ content: heic, mediaType: 'image/heic' }) }

    await fetchAttachments({ sql, secrets, store, clock: { now: () => MONDAY }, log }, channel)

    const [row] = await sql`select media_type, failure, size_bytes from attachments where id = ${id}`
    expect(row).toEqual({ media_type: 'image/heic', failure: null, size_bytes: heic.length })
    expect((await openAttachment({ sql, secrets, store, log }, id))?.content).toEqual(heic)
  })
})

describe('a paper that comes while the store is away', () => {
  it('is fetched again later, and no try counts', async () => {
    const id = await aPaper(await aContact(sql), null)
    const channel = { ...aChannel(), fetchFile: async () => ({ content: TINY_JPEG, mediaType: 'image/jpeg' }) }
    const away = { ...store, put: () => Promise.reject(new StoreAway('keep a file', new Error('no room'))) }
    const clock = new TestClock(MONDAY)

    for (let hour = 0; hour < 12; hour++) {
      await fetchAttachments({ sql, secrets, store: away, clock, log }, channel)
      clock.wait(3_600)
    }
    await fetchAttachments({ sql, secrets, store, clock, log }, channel)

    const [row] = await sql`select attempts, failure from attachments where id = ${id}`
    expect(row).toEqual({ attempts: 1, failure: null })
    expect((await openAttachment({ sql, secrets, store, log }, id))?.content).toEqual(TINY_JPEG)
  })
})

describe('a file that is not what it is called', () => {
  it.each([
    ['a page', Buffer.from('<html><script>alert(1)</script></html>')],
    ['a program', Buffer.concat([Buffer.from('MZ'), Buffer.alloc(200)])],
    ['a drawing with a script', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>')],
  ])('is refused, and nothing of it is kept: %s', async (_, content) => {
    const id = await aPaper(await aContact(sql), null)
    const before = store.files.size
    const channel = { ...aChannel(), fetchFile: async () => ({ content, mediaType: 'image/jpeg' }) }

    await fetchAttachments({ sql, secrets, store, clock: { now: () => MONDAY }, log }, channel)

    const [row] = await sql`select failure, stored_name from attachments where id = ${id}`
    expect(row).toEqual({ failure: 'wrong-type', stored_name: null })
    expect(store.files.size).toBe(before)
  })
})

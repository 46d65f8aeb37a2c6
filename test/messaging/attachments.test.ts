import { describe, expect, it } from 'vitest'
import { newId } from '../../src/ids.ts'
import { fetchAttachments } from '../../src/messaging/fetch-attachments.ts'
import { openAttachment } from '../../src/messaging/open-attachment.ts'
import { seal } from '../../src/secrets.ts'
import { aContact, desk, MONDAY, type TestContact } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { aChannel } from '../support/spine.ts'

const { sql } = await createDatabase()
const { secrets } = desk
const log = { warn() {} }

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

    const file = await openAttachment({ sql, secrets }, id)

    expect(file).toEqual({ content: Buffer.from('ảnh'), mediaType: 'image/jpeg' })
  })

  it('is gone once the person was erased', async () => {
    const contact = await aContact(sql)
    const id = await aPaper(contact, Buffer.from('ảnh'))
    await sql`update contacts set sealed_key = null where id = ${contact.id}`

    expect(await openAttachment({ sql, secrets }, id)).toBeNull()
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

    await fetchAttachments({ sql, secrets, clock: { now: () => MONDAY }, log, signal: stopping.signal }, channel)

    const [row] = await sql`select attempts, lease_until, failure from attachments where id = ${id}`
    expect(row).toEqual({ attempts: 0, lease_until: null, failure: null })
  })
})

describe('words that were spoken', () => {
  it('are fetched and kept for an officer, whatever they are coded in', async () => {
    const id = await aPaper(await aContact(sql), null)
    const spoken = Buffer.concat([Buffer.from('OggS'), Buffer.alloc(24), Buffer.from('OpusHead'), Buffer.alloc(64)])
    const channel = { ...aChannel(), fetchFile: async () => ({ content: spoken, mediaType: 'audio/ogg' }) }

    await fetchAttachments({ sql, secrets, clock: { now: () => MONDAY }, log }, channel)

    const [row] = await sql`select media_type, failure from attachments where id = ${id}`
    expect(row).toEqual({ media_type: 'audio/ogg', failure: null })
  })
})

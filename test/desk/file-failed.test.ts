import { describe, expect, it } from 'vitest'
import { fetchAttachments } from '../../src/attachments/fetch-attachments.ts'
import { ask } from '../../src/desk/ask.ts'
import { citizenSays, papersCame } from '../../src/desk/citizen-says.ts'
import { claim } from '../../src/desk/claim.ts'
import { fileFailed } from '../../src/desk/file-failed.ts'
import { ticketsOfPerson } from '../../src/desk/tickets-of-contact.ts'
import { newId } from '../../src/ids.ts'
import { seal } from '../../src/secrets.ts'
import { createDatabase } from '../support/database.ts'
import { aChannel } from '../support/spine.ts'
import { aStore } from '../support/store.ts'
import {
  aContact,
  aMessage,
  anOfficer,
  aTicket,
  desk,
  hoursLater,
  MONDAY,
  type TestContact,
  wordsTo,
} from './desk-builders.ts'

const { sql } = await createDatabase()
const log = { warn() {}, error() {} }
const DOCX = Buffer.concat([Buffer.from('PK'), Buffer.alloc(200)])

async function aFile(contact: TestContact, mediaType: string | null = null): Promise<string> {
  const id = newId()
  await sql`insert into attachments (id, contact_id, channel, account, sealed_external_id, media_type, created_at)
    values (${id}, ${contact.id}, 'telegram', 'bot', ${seal(contact.key, Buffer.from('f'))}, ${mediaType}, ${MONDAY})`
  return id
}

/** As the product fetches. */
const fetchAll = (content: Buffer | null) =>
  fetchAttachments(
    {
      sql,
      secrets: desk.secrets,
      store: aStore(),
      clock: { now: () => MONDAY },
      log,
      fileFailed: (file, now) => fileFailed(sql, desk, file, now),
    },
    { ...aChannel(), fetchFile: async () => content && { content, mediaType: 'image/jpeg' } },
  )

/** A ticket that waits for papers, and whose officer has given the talk back. */
async function aWaitingTicket(contact: TestContact, papers: string[]) {
  const officer = await anOfficer(sql)
  const { id, number } = await aTicket(sql, contact)
  await claim(sql, desk, { number, officer, seen: 1 }, MONDAY)
  await ask(sql, desk, { number, officer, seen: 2, text: 'Chụp rõ giúp', papers }, MONDAY)
  await sql`update contacts set talk_ticket_id = null where id = ${contact.id}`
  return id
}

async function missing(contact: TestContact): Promise<string[]> {
  const listed = await sql.begin((tx) => ticketsOfPerson(tx, [contact], MONDAY))
  return listed.flatMap(({ missingPapers }) => missingPapers)
}

const say = (language: 'vi' | 'en', kind = 'paper') => desk.texts.text(language, `engine.fileFailed.${kind}`)

describe('somebody whose file cannot be kept', () => {
  it.each([
    ['vi', 'wrong-type', DOCX],
    ['en', 'gone', null],
    ['vi', 'too-large', Buffer.alloc(21 * 1024 * 1024)],
  ] as const)('is asked once for another, in their language (%s, %s)', async (language, failure, content) => {
    const contact = await aContact(sql, { language })
    const id = await aFile(contact)

    await fetchAll(content)
    await fileFailed(sql, desk, { id, failure: 'gone' }, MONDAY)

    expect(await wordsTo(sql, contact)).toEqual([say(language)])
    expect((await sql`select failure from attachments where id = ${id}`)[0]).toEqual({ failure })
  })

  it('is asked to say it again when it was spoken', async () => {
    const contact = await aContact(sql)
    await aFile(contact, 'audio/*')

    await fetchAll(null)

    expect(await wordsTo(sql, contact)).toEqual([say('vi', 'voice')])
  })

  it('hears nothing while an officer has the talk, who sees the file on the ticket', async () => {
    const contact = await aContact(sql)
    const { id: ticketId } = await aTicket(sql, contact)
    await sql`update contacts set talk_ticket_id = ${ticketId} where id = ${contact.id}`
    await aFile(contact)

    await fetchAll(DOCX)

    expect(await wordsTo(sql, contact)).toEqual([])
  })

  it('hears nothing once they were forgotten', async () => {
    const contact = await aContact(sql)
    const id = await aFile(contact)
    await sql`update contacts set sealed_key = null where id = ${contact.id}`

    await fetchAll(DOCX)

    expect((await sql`select failure from attachments where id = ${id}`)[0]).toEqual({ failure: 'gone' })
  })
})

describe('a paper that an office waits for', () => {
  it('is awaited again when its file cannot be kept', async () => {
    const contact = await aContact(sql)
    const ticketId = await aWaitingTicket(contact, ['Sổ hộ nghèo'])
    const attachmentIds = [await aFile(contact)]
    const messageId = await aMessage(sql, contact, 'đây ạ')
    await sql.begin((tx) =>
      citizenSays(tx, desk, { ticketId, messageId, attachmentIds, papersLeft: [] }, hoursLater(1)),
    )
    const before = await missing(contact)

    await fetchAll(DOCX)

    expect(before).toEqual([])
    expect(await missing(contact)).toEqual(['Sổ hộ nghèo'])
    expect((await wordsTo(sql, contact)).at(-1)).toBe(say('vi'))
  })

  it('is awaited again when it was named after its file came', async () => {
    const contact = await aContact(sql)
    const ticketId = await aWaitingTicket(contact, ['Sổ hộ nghèo', 'Căn cước'])
    const attachmentIds = [await aFile(contact)]
    const messageId = await aMessage(sql, contact, 'đây ạ')
    await sql.begin((tx) => citizenSays(tx, desk, { ticketId, messageId, attachmentIds }, hoursLater(1)))
    await sql.begin((tx) => papersCame(tx, desk, { ticketId, papersLeft: ['Căn cước'] }, hoursLater(1)))
    const before = await missing(contact)

    await fetchAll(DOCX)

    expect(before).toEqual(['Căn cước'])
    expect((await missing(contact)).sort()).toEqual(['Căn cước', 'Sổ hộ nghèo'])
  })

  it('stays awaited when its file was found unreadable before it was named', async () => {
    const contact = await aContact(sql)
    const ticketId = await aWaitingTicket(contact, ['Sổ hộ nghèo', 'Căn cước'])
    const attachmentIds = [await aFile(contact)]
    const messageId = await aMessage(sql, contact, 'đây ạ')
    await sql.begin((tx) => citizenSays(tx, desk, { ticketId, messageId, attachmentIds }, hoursLater(1)))
    await fetchAll(DOCX)

    await sql.begin((tx) => papersCame(tx, desk, { ticketId, papersLeft: ['Căn cước'] }, hoursLater(1)))

    expect(await missing(contact)).toHaveLength(2)
  })
})

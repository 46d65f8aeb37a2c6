import { afterAll, describe, expect, it } from 'vitest'
import { aKnownCitizen, aTicketOf, fromTelegram, wait } from '../support/citizen.ts'
import { createDatabase } from '../support/database.ts'
import { productDefinitions } from '../support/definitions.ts'
import { startSpine } from '../support/talk.ts'

const { sql } = await createDatabase()
const spine = await startSpine(sql)
afterAll(() => spine.close())
const { texts } = productDefinitions()
const said = (key: string, values?: Record<string, unknown>) => texts.text('vi', key, values)

describe('several photos sent as one', () => {
  it('are one message: they lie on the ticket together, and are answered once', async () => {
    const citizen = await aKnownCitizen(spine)
    const { id, number } = await aTicketOf(spine, await citizen.contactId())

    await citizen.does(citizen.person.sendsAlbum(4, 'sổ hộ nghèo'))
    await wait(spine, 2)

    const [paper] = await sql`select count(*) as count from attachments where ticket_id = ${id}`
    const talk = await sql`select 1 from messages where ticket_id = ${id} and author = 'citizen'`
    expect(paper).toEqual({ count: 4 })
    expect(talk).toHaveLength(1)
    expect(citizen.hears()).toEqual([expect.stringContaining(said('engine.paperToTicket', { number }))])
  })

  it('are waited for while more are coming, and what is said after them waits with them', async () => {
    const citizen = await aKnownCitizen(spine)
    const photos = fromTelegram(spine, ...(await citizen.person.sendsAlbum(3)))
    await spine.take(photos.slice(0, 2))
    await citizen.says('menu')
    const early = citizen.hears()
    spine.clock.set(new Date(spine.clock.now().getTime() + 900))
    await spine.take(photos.slice(2))
    await wait(spine, 0.5)
    const stillEarly = citizen.hears()

    await wait(spine, 1)

    expect([early, stillEarly]).toEqual([[], []])
    expect(citizen.hears()).toEqual([expect.stringContaining(said('engine.again.photo')), expect.any(String)])
  })

  it('that keep coming are answered after five seconds all the same', async () => {
    const citizen = await aKnownCitizen(spine)
    const photos = fromTelegram(spine, ...(await citizen.person.sendsAlbum(10)))
    for (const photo of photos.slice(0, 8)) {
      await spine.take([photo])
      await wait(spine, 0.8)
    }

    const heard = citizen.hears()

    expect(heard.length).toBe(1)
  })

  it('come together whatever the order in which they arrive, and a repeat adds nothing', async () => {
    const citizen = await aKnownCitizen(spine)
    const { id } = await aTicketOf(spine, await citizen.contactId())
    const photos = fromTelegram(spine, ...(await citizen.person.sendsAlbum(3)))

    await spine.take([...photos.toReversed(), ...photos])
    await wait(spine, 2)
    await spine.take(photos)
    await wait(spine, 2)

    const [paper] = await sql`select count(*) as count from attachments where ticket_id = ${id}`
    expect(paper).toEqual({ count: 3 })
    expect(citizen.hears()).toHaveLength(1)
  })

  it('do not keep anybody else waiting', async () => {
    const [one, other] = [await aKnownCitizen(spine), await aKnownCitizen(spine)]
    await one.does(one.person.sendsAlbum(2))

    await other.says('menu')

    expect(one.hears()).toEqual([])
    expect(other.hears()).toHaveLength(1)
  })

  it('that are too large leave the others where they belong', async () => {
    const citizen = await aKnownCitizen(spine)
    const { id } = await aTicketOf(spine, await citizen.contactId())
    const [small, large] = fromTelegram(spine, ...(await citizen.person.sendsAlbum(2)))
    if (!small || large?.body.kind !== 'file') throw new Error('No album')
    const tooLarge = { ...large, body: { ...large.body, file: { ...large.body.file, sizeBytes: 30_000_000 } } }

    await spine.take([small, tooLarge])
    await wait(spine, 2)

    const [paper] = await sql`select count(*) as count from attachments where ticket_id = ${id}`
    expect(paper).toEqual({ count: 1 })
  })
})

describe('a document of an office program', () => {
  async function sendsDocx(citizen: Awaited<ReturnType<typeof aKnownCitizen>>) {
    const [photo] = fromTelegram(spine, await citizen.person.sendsPhoto())
    if (photo?.body.kind !== 'file') throw new Error('No photo')
    const file = { ...photo.body.file, media: 'document' as const, mediaType: 'application/zip', name: 'đơn xin.docx' }
    await spine.take([{ ...photo, body: { ...photo.body, file } }])
    await wait(spine, 2)
  }

  it('is asked for as a photo or a PDF at once, and is no paper of a request', async () => {
    const citizen = await aKnownCitizen(spine)
    const { id } = await aTicketOf(spine, await citizen.contactId())

    await sendsDocx(citizen)

    const [paper] = await sql`select count(*) as count from attachments where contact_id = ${await citizen.contactId()}`
    expect(paper).toEqual({ count: 0 })
    expect(citizen.hears().join('\n')).toContain(said('engine.again.wrongType'))
    expect((await sql`select status from tickets where id = ${id}`)[0]?.status).toBe('open')
  })

  it('is shown to the officer who has the talk, and the bot says nothing of it', async () => {
    const citizen = await aKnownCitizen(spine)
    const contactId = await citizen.contactId()
    const { id } = await aTicketOf(spine, contactId)
    await sql`update contacts set talk_ticket_id = ${id} where id = ${contactId}`

    await sendsDocx(citizen)

    const [paper] = await sql`select count(*) as count from attachments where ticket_id = ${id}`
    expect(paper).toEqual({ count: 1 })
    expect(citizen.hears().join('\n')).not.toContain(said('engine.again.wrongType'))
  })
})

describe('words that are spoken', () => {
  it('go to the officer who can listen, when there is a ticket', async () => {
    const citizen = await aKnownCitizen(spine)
    const { id, number } = await aTicketOf(spine, await citizen.contactId())

    await citizen.does(citizen.person.sendsVoice())

    const [paper] = await sql`select count(*) as count from attachments where ticket_id = ${id}`
    expect(paper).toEqual({ count: 1 })
    expect(citizen.hears()).toEqual([expect.stringContaining(said('engine.voiceToTicket', { number }))])
  })

  it('are told to be typed, when there is nobody to listen', async () => {
    const citizen = await aKnownCitizen(spine)

    await citizen.does(citizen.person.sendsVoice())

    expect(citizen.hears()).toEqual([expect.stringContaining(said('engine.again.voice'))])
  })
})

describe('somebody who blocked the bot and lets it write again', () => {
  it('is reachable again, and is not greeted as if they had just come', async () => {
    const citizen = await aKnownCitizen(spine)
    await citizen.does(citizen.person.blocks())
    const [gone] = await sql`select unreachable_at is null as ok from contacts where id = ${await citizen.contactId()}`

    await citizen.does(citizen.person.unblocks())

    const [back] = await sql`select unreachable_at is null as ok from contacts where id = ${await citizen.contactId()}`
    expect([gone, back]).toEqual([{ ok: false }, { ok: true }])
    expect(citizen.hears()).toEqual([])
  })

  it('is reachable again as soon as they say something, even if nobody told us of it', async () => {
    const citizen = await aKnownCitizen(spine)
    await sql`update contacts set unreachable_at = now() where id = ${await citizen.contactId()}`

    await citizen.says('menu')

    const [row] = await sql`select unreachable_at from contacts where id = ${await citizen.contactId()}`
    expect(row).toEqual({ unreachable_at: null })
  })
})

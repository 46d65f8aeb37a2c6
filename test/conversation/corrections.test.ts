import { afterAll, describe, expect, it } from 'vitest'
import { claim } from '../../src/desk/claim.ts'
import { readTicket } from '../../src/desk/read-ticket.ts'
import { reply } from '../../src/desk/reply.ts'
import type { Officer } from '../../src/officers/permissions.ts'
import { aCitizen, aKnownCitizen, aTicketOf, type Citizen } from '../support/citizen.ts'
import { createDatabase } from '../support/database.ts'
import { productDefinitions } from '../support/definitions.ts'
import { startSpine } from '../support/talk.ts'

const { sql } = await createDatabase()
const spine = await startSpine(sql)
afterAll(() => spine.close())
const { texts } = productDefinitions()
const said = (key: string, values?: Record<string, unknown>) => texts.text('vi', key, values)
const admin: Officer = {
  id: '00000000-0000-4000-8000-000000000001',
  username: 'admin',
  name: 'Cán bộ',
  roles: ['administrator', 'supervisor'],
  unitId: null,
}
await sql`insert into officers (id, username, name, password_hash, roles, created_at)
  values (${admin.id}, 'admin', 'Cán bộ', 'none:none', '{administrator,supervisor}', now())`

/** Says something, and gives the number by which it can be corrected. */
async function saysFirst(citizen: Citizen, text: string): Promise<number> {
  const update = await citizen.person.says(text)
  await citizen.does(Promise.resolve(update))
  return update.message?.message_id ?? 0
}

const wordsKept = async (contactId: string) => {
  const [row] = await sql<{ count: number }[]>`
    select count(*) as count from messages where contact_id = ${contactId} and author = 'citizen'`
  return row?.count
}

describe('somebody who corrects the last thing that they said', () => {
  it('is told that it was answered already, and how to change the answer', async () => {
    const citizen = await aKnownCitizen(spine)
    const id = await saysFirst(citizen, 'tôi muốn vay vốn')
    citizen.hears()

    await citizen.does(citizen.person.edits(id, 'tôi muốn học nghề'))

    expect(citizen.hears()).toEqual([expect.stringContaining(said('engine.edited.answered'))])
  })

  it('is answered anew when the first words were not understood', async () => {
    const citizen = aCitizen(spine)
    await citizen.does(citizen.person.starts())
    await citizen.does(citizen.person.taps(said('welcome.agree')))
    const id = await saysFirst(citizen, 'Phố Hiếnnnnnn zzzz qqq')
    citizen.hears()

    await citizen.does(citizen.person.edits(id, 'Phố Hiến'))

    const [row] = await sql`select commune_code is not null as known from contacts
      where id = ${await citizen.contactId()}`
    const heard = citizen.hears()
    expect(heard.join()).not.toContain(said('engine.edited.answered'))
    expect(row?.known === true || heard.join().includes(said('engine.places.ask'))).toBe(true)
  })

  it('hears nothing when the words are the same: Telegram tells of changes that nobody sees', async () => {
    const citizen = await aKnownCitizen(spine)
    const id = await saysFirst(citizen, 'tôi muốn vay vốn')
    citizen.hears()
    const before = await wordsKept(await citizen.contactId())

    await citizen.does(citizen.person.edits(id, 'tôi muốn vay vốn'))

    expect(citizen.hears()).toEqual([])
    expect(await wordsKept(await citizen.contactId())).toBe(before)
  })

  it('may do so again and again; each wording is kept', async () => {
    const citizen = await aKnownCitizen(spine)
    const id = await saysFirst(citizen, 'một')
    const before = (await wordsKept(await citizen.contactId())) ?? 0

    await citizen.does(citizen.person.edits(id, 'hai'))
    await citizen.does(citizen.person.edits(id, 'hai'))
    await citizen.does(citizen.person.edits(id, 'ba'))

    expect(await wordsKept(await citizen.contactId())).toBe(before + 2)
  })
})

describe('somebody who corrects what they said earlier', () => {
  it('is not bothered: it is kept, and the talk goes on where it stands', async () => {
    const citizen = await aKnownCitizen(spine)
    const id = await saysFirst(citizen, 'tôi muốn vay vốn')
    await citizen.says('menu')
    citizen.hears()

    await citizen.does(citizen.person.edits(id, 'tôi muốn học nghề'))

    expect(citizen.hears()).toEqual([])
  })

  it('before we ever knew them, says nothing to us', async () => {
    const citizen = aCitizen(spine)

    await citizen.does(citizen.person.edits(77, 'xin chào'))

    expect(citizen.hears()).toEqual([])
  })
})

describe('somebody who corrects words that lie on a ticket', () => {
  it('reaches the officer, who sees both wordings', async () => {
    const citizen = await aKnownCitizen(spine)
    const { number, id } = await aTicketOf(spine, await citizen.contactId())
    await claim(sql, spine.desk, { number, officer: admin, seen: 1 }, spine.clock.now())
    await reply(
      sql,
      spine.desk,
      { number, officer: admin, seen: 2, text: 'Bà bao nhiêu tuổi?', attachmentIds: [] },
      spine.clock.now(),
    )
    await spine.settle()
    const messageId = await saysFirst(citizen, 'dạ bà 67')
    citizen.hears()

    await citizen.does(citizen.person.edits(messageId, 'dạ bà 76'))

    const read = await readTicket(sql, spine.desk.secrets, admin, number, spine.clock.now())
    const words = read.kind === 'done' ? read.details.messages.map(({ text }) => text) : []
    expect(words.slice(-2)).toEqual(['dạ bà 67', '✎ dạ bà 76'])
    expect(citizen.hears()).toEqual([])
    expect(await sql`select 1 from activity where ticket_id = ${id} and verb = 'said'`).toHaveLength(2)
  })
})

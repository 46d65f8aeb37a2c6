import { describe, expect, it } from 'vitest'
import { apologise } from '../../src/conversation/apologise.ts'
import { CONSENT_VERSION } from '../../src/conversation/perform.ts'
import { newId } from '../../src/ids.ts'
import { lockContactRow, openContact } from '../../src/messaging/contact.ts'
import { aContact, aTicket, desk, MONDAY, wordsTo } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { productDefinitions } from '../support/definitions.ts'
import { Person, startSpine } from '../support/talk.ts'

const { sql } = await createDatabase()

describe('a person whose words could not be handled', () => {
  it.each([
    ['hears an apology from the bot', false, 1],
    ['hears none while an officer holds the talk', true, 0],
  ])('%s', async (_, isWithOfficer, count) => {
    const contact = await aContact(sql)
    await aTicket(sql, contact)
    await sql`update contacts set talk_ticket_id = ${isWithOfficer ? 1 : null} where id = ${contact.id}`
    const before = (await wordsTo(sql, contact)).length

    await sql.begin(async (tx) => {
      const [row] = await lockContactRow(tx, contact.id, { skipBusy: false })
      const opened = row === undefined ? null : openContact(desk.secrets, row)
      if (opened !== null) await apologise(tx, productDefinitions(), opened, MONDAY)
    })

    expect((await wordsTo(sql, contact)).length - before).toBe(count)
  })
})

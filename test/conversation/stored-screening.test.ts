import { describe, expect, it } from 'vitest'
import { fileDraft } from '../../src/conversation/file-draft.ts'
import type { Situation } from '../../src/conversation/situation.ts'
import type { Facts } from '../../src/eligibility/facts.ts'
import { canonicalJson, replay } from '../../src/eligibility/replay.ts'
import { newId } from '../../src/ids.ts'
import type { FileTicketDraft } from '../../src/requests/request-draft.ts'
import { open, sealJson } from '../../src/secrets.ts'
import { aContact, COMMUNE, desk, MONDAY, type TestContact } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { productDefinitions } from '../support/definitions.ts'
import { PureTalk } from '../support/pure-talk.ts'

const { sql } = await createDatabase()
const definitions = productDefinitions()
const facts: Facts = { household_status: 'near_poor', age: 76, pension: 'none', area: null }

/** Files a request after a screening, as the talk does, and gives the number of the row that was kept. */
async function fileAfterScreening(contact: TestContact, programmes: string[] | null): Promise<string> {
  const talk = new PureTalk()
  talk.hears({ kind: 'start', payload: null })
  const { session } = talk
  if (!session) throw new Error('No session')
  const draft: FileTicketDraft = {
    type: 'general',
    version: 1,
    topic: 'social_assistance',
    urgent: false,
    communeCode: COMMUNE,
    answers: {},
    village: null,
    complaintAbout: null,
    complaintTopic: null,
    screened: { facts, programmes },
    talkFrom: null,
  }
  await sql.begin(async (tx) => {
    const situation: Situation = {
      consented: true,
      communeCode: COMMUNE,
      tickets: [],
      talkTicketId: null,
      quotedTicketId: null,
      ticketAction: null,
      messageId: 1,
      attachmentIds: [],
      profile: () => null,
      now: MONDAY,
      today: '2026-11-23',
      newActionId: newId,
    }
    const about = { ...contact, channel: 'web', account: 'web' }
    await fileDraft({ tx, desk, turn: { definitions, situation }, session, contact: about }, draft)
  })
  const [row] = await sql<{ id: string }[]>`select id from screenings where contact_id = ${contact.id}`
  return row?.id ?? ''
}

async function readBack(id: string, contact: TestContact): Promise<{ day: string; text: string }> {
  const [row] = await sql<{ day: string; sealed: Buffer }[]>`
    select day, sealed_screening as sealed from screenings where id = ${id}`
  if (!row) throw new Error('No screening')
  return { day: row.day, text: open(contact.key, row.sealed).toString() }
}

describe('the screening that goes with a ticket', () => {
  it.each([
    ['of all programmes', null, definitions.eligibility.programmes.size],
    ['of the one that was asked for', ['social_pension'], 1],
  ])('%s is read back byte for byte and comes out the same', async (_, programmes, count) => {
    const contact = await aContact(sql)

    const { day, text } = await readBack(await fileAfterScreening(contact, programmes), contact)

    const stored = JSON.parse(text)
    expect(text).toBe(canonicalJson(stored))
    expect(stored).toMatchObject({ day, facts })
    expect(stored.determinations).toHaveLength(count)
    expect(replay(definitions.eligibility, stored)).toEqual({ kind: 'same' })
  })

  it('that was kept before rules were kept with it is replayed, too', async () => {
    const contact = await aContact(sql)
    const id = await fileAfterScreening(contact, null)
    const { determinations } = JSON.parse((await readBack(id, contact)).text)
    const earlier = sealJson(contact.key, { facts, determinations })
    await sql`update screenings set sealed_screening = ${earlier} where id = ${id}`

    const { day, text } = await readBack(id, contact)

    expect(replay(definitions.eligibility, { day, ...JSON.parse(text) })).toEqual({ kind: 'same' })
  })
})

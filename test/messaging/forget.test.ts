import { beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../src/ids.ts'
import { forget } from '../../src/messaging/forget.ts'
import { aContact, aMessage, MONDAY } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'

const { sql } = await createDatabase()
const failures: unknown[] = []
const log = { error: (line: unknown) => void failures.push(line) }
const daysAgo = (days: number) => new Date(MONDAY.getTime() - days * 86_400_000)

async function aPerson(options: { consent: boolean; idleDays: number }) {
  const contact = await aContact(sql)
  const at = daysAgo(options.idleDays)
  if (options.consent) await sql`update contacts set consent_at = ${at} where id = ${contact.id}`
  await aMessage(sql, contact, 'xin chào', at)
  await sql`insert into attachments (id, contact_id, channel, account, created_at)
    values (${newId()}, ${contact.id}, 'web', 'web', ${at})`
  await aScreening(contact, at, null)
  await sql`insert into sessions (contact_id, flow, flow_version, step, sealed_session, updated_at)
    values (${contact.id}, 'main', 1, 'menu', ${Buffer.alloc(1)}, ${at})`
  return contact
}

function aScreening({ id }: { id: string }, at: Date, ticketId: number | null) {
  return sql`insert into screenings (id, contact_id, ticket_id, day, sealed_screening, created_at)
    values (${newId()}, ${id}, ${ticketId}, '2026-11-23', ${Buffer.alloc(1)}, ${at})`
}

async function keptOf({ id }: { id: string }) {
  const [row] = await sql`select
    (select count(*) from messages where contact_id = ${id}) as messages,
    (select count(*) from attachments where contact_id = ${id}) as papers,
    (select count(*) from screenings where contact_id = ${id}) as screenings,
    (select count(*) from sessions where contact_id = ${id}) as sessions`
  return { ...row }
}

beforeEach(async () => {
  failures.length = 0
  await sql`truncate contacts, messages, attachments, screenings, sessions, inbox`
})

describe('what a person said without ever consenting', () => {
  it('is forgotten after a day, with papers, screening and session; that of others stays', async () => {
    const stranger = await aPerson({ consent: false, idleDays: 1.1 })
    const newcomer = await aPerson({ consent: false, idleDays: 0.9 })
    const consented = await aPerson({ consent: true, idleDays: 30 })

    await forget(sql, MONDAY, { log })

    expect(await keptOf(stranger)).toEqual({ messages: 0, papers: 0, screenings: 0, sessions: 0 })
    expect(await keptOf(newcomer)).toEqual({ messages: 1, papers: 1, screenings: 1, sessions: 1 })
    expect(await keptOf(consented)).toEqual({ messages: 1, papers: 1, screenings: 1, sessions: 1 })
  })
})

describe('a talk that rested for ninety days', () => {
  it('is forgotten when it belongs to no ticket', async () => {
    const idle = await aPerson({ consent: true, idleDays: 91 })

    await forget(sql, MONDAY, { log })

    expect(await keptOf(idle)).toEqual({ messages: 0, papers: 0, screenings: 0, sessions: 0 })
  })
})

describe('a screening that a ticket rests on', () => {
  it('stays with its ticket', async () => {
    const contact = await aContact(sql)
    await aScreening(contact, daysAgo(400), 7)

    await forget(sql, MONDAY, { log })

    expect((await keptOf(contact)).screenings).toBe(1)
  })
})

describe('an update that was given up', () => {
  it('is kept a month for a person to look at', async () => {
    const failed = (id: string, days: number) => sql`
      insert into inbox (contact_id, channel, account, external_id, received_at, failed_at)
      values (${newId()}, 'web', 'web', ${id}, ${daysAgo(days)}, ${daysAgo(days)})`
    await failed('old', 31)
    await failed('young', 29)

    await forget(sql, MONDAY, { log })

    expect((await sql`select external_id from inbox`).map((row) => row.external_id)).toEqual(['young'])
  })
})

describe('more than one batch', () => {
  it('goes in one round', async () => {
    const people = await Promise.all(Array.from({ length: 7 }, () => aPerson({ consent: false, idleDays: 2 })))

    const gone = await forget(sql, MONDAY, { log, rowsAtOnce: 2 })

    expect(gone).toBe(people.length * 4)
  })
})

describe('one kind that cannot be deleted', () => {
  it('is logged, and the others go all the same', async () => {
    const idle = await aPerson({ consent: true, idleDays: 91 })
    await sql`alter table messages rename to messages_away`
    try {
      await forget(sql, MONDAY, { log })
    } finally {
      await sql`alter table messages_away rename to messages`
    }

    expect(await keptOf(idle)).toEqual({ messages: 1, papers: 0, screenings: 0, sessions: 0 })
    expect(failures).not.toHaveLength(0)
  })
})

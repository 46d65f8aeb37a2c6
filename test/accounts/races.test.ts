import fc from 'fast-check'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { issueCode } from '../../src/accounts/codes.ts'
import { receive } from '../../src/conversation/receive.ts'
import { createWorker } from '../../src/conversation/worker.ts'
import { connect, type Sql } from '../../src/db/client.ts'
import { reply } from '../../src/desk/reply.ts'
import { hashAddress } from '../../src/messaging/contact.ts'
import { createInbox } from '../../src/messaging/inbox.ts'
import type { Update, UpdateBody } from '../../src/messaging/update.ts'
import { anOfficer, aTicket, desk, type TestContact } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { productDefinitions } from '../support/definitions.ts'

const { sql, url } = await createDatabase({ max: 20 })
const definitions = productDefinitions()
const NOW = new Date('2026-11-23T09:00:00+07:00')
const clock = { now: () => NOW }
const faults: string[] = []
const log = pino({ level: 'warn' }, { write: (line: string) => void faults.push(JSON.parse(line).msg) })
let updates = 0

function said(address: string, body: UpdateBody): Update {
  const externalId = `u${++updates}`
  return {
    channel: 'telegram',
    account: 'bot',
    address,
    externalId,
    body,
    messageId: externalId,
    quotedMessageId: null,
  }
}

const text = (words: string): UpdateBody => ({ kind: 'text', text: words })

/** One process: its own connections, its own turns. */
function aProcess(pool: Sql) {
  const worker = createWorker({
    sql: pool,
    secrets: desk.secrets,
    clock,
    log,
    concurrency: 6,
    handle: (tx, rows, now) => receive(tx, { definitions, desk }, rows, now),
  })
  return { worker, inbox: createInbox({ sql: pool, secrets: desk.secrets, clock, onStored: worker.wake }) }
}

async function contactAt(address: string): Promise<TestContact> {
  const hash = hashAddress(desk.secrets, { channel: 'telegram', account: 'bot', address })
  const [row] = await sql<{ id: string; sealed_key: Buffer }[]>`
    select id, sealed_key from contacts where address_hash = ${hash}`
  if (!row) throw new Error(`Nobody at ${address}`)
  return { id: row.id, key: desk.secrets.openPersonKey(row.sealed_key) }
}

/** Whoever is spoken to gets the words in the order in which they were queued, one talk for each chat. */
async function isInOrder(): Promise<boolean> {
  const rows = await sql<{ ok: boolean }[]>`
    select bool_and(message_id > before) as ok from (
      select message_id, lag(message_id, 1, 0::bigint) over (partition by contact_id order by id) as before from outbox
    ) as queued`
  return rows[0]?.ok ?? true
}

async function talkOf(contactId: string): Promise<string[]> {
  const rows = await sql<{ external_id: string }[]>`
    select external_id from messages where contact_id = ${contactId} and author = 'citizen' order by id`
  return rows.map(({ external_id }) => external_id)
}

describe('people who join their chats while they talk in both, and officers write to them', () => {
  it('lose no word, hear nothing out of order, and never hold each other up', async () => {
    const other = connect({ url, max: 20 })
    const [here, there] = [aProcess(sql), aProcess(other)]
    const officer = await anOfficer(sql, { roles: ['administrator', 'supervisor'], unitId: null })
    const pairs = Array.from({ length: 14 }, (_, place) => ({ one: `a${place}`, two: `b${place}` }))
    await here.inbox.receive(pairs.flatMap(({ one, two }) => [one, two].map((who) => said(who, text('menu')))))
    await here.worker.idle()
    const people = await Promise.all(
      pairs.map(async ({ one, two }) => {
        const [first, second] = [await contactAt(one), await contactAt(two)]
        const ticket = await aTicket(sql, first, { at: NOW })
        const { code } = await issueCode(sql, desk.secrets, { contactId: first.id }, NOW)
        return { one, two, first, second, ticket, code }
      }),
    )

    const spoken = people.map(({ one, two, code }) => ({
      one: ['menu', 'hồ sơ của tôi', 'trợ giúp', 'menu', 'nhắc lại'].map((words) => said(one, text(words))),
      two: ['menu', `mã ${code}`, 'hồ sơ của tôi', 'trợ giúp', 'menu'].map((words) => said(two, text(words))),
    }))
    const citizens = spoken.flatMap(({ one, two }, place) => [
      tellInTurn(place % 2 ? here : there, one),
      tellInTurn(place % 2 ? there : here, two),
    ])
    const officers = people.map(async ({ ticket }) => {
      for (let words = 0; words < 3; words++) {
        for (let done = false; !done; ) {
          const [row] = await sql<{ last_seq: number }[]>`select last_seq from tickets where id = ${ticket.id}`
          const request = {
            number: ticket.number,
            officer,
            seen: row?.last_seq ?? 0,
            text: 'Chào bà',
            attachmentIds: [],
          }
          done = (await reply(words % 2 ? sql : other, desk, request, NOW)).kind === 'done'
        }
      }
    })
    await Promise.all([...citizens, ...officers])
    await Promise.all([here.worker.idle(), there.worker.idle()])
    await here.worker.handleDue(NOW)
    await Promise.all([here.worker.stop(), there.worker.stop()])
    await other.end()

    const joined = await sql<{ person_id: string | null }[]>`select person_id from contacts`
    const [left] = await sql`select count(*) as count from inbox where handled_at is null or failed_at is not null`
    const kept = await Promise.all(
      people.map(async ({ first, second }) => [await talkOf(first.id), await talkOf(second.id)]),
    )
    expect(left).toEqual({ count: 0 })
    expect(joined.filter(({ person_id }) => person_id === null)).toEqual([])
    expect(kept.map(([one, two]) => [one?.slice(1), two?.slice(1)])).toEqual(
      spoken.map(({ one, two }) => [one, two].map((said) => said.map(({ externalId }) => externalId))),
    )
    expect(await isInOrder()).toBe(true)
    expect(faults.filter((words) => !words.startsWith('updates taken together'))).toEqual([])
  }, 60_000)

  it('join and part and erase at random without a word lost or stuck', async () => {
    const other = connect({ url, max: 20 })
    const deed = fc.constantFrom('menu', 'hồ sơ của tôi', 'hủy liên kết', 'mã', 'xóa dữ liệu của tôi', 'có')
    let round = 0

    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(3), deed), { minLength: 8, maxLength: 24 }), async (deeds) => {
        const processes = [aProcess(sql), aProcess(other)] as const
        const names = [0, 1, 2, 3].map((who) => `r${round}-${who}`)
        round += 1
        await processes[0].inbox.receive(names.map((who) => said(who, text('menu'))))
        await processes[0].worker.idle()
        await Promise.all(
          deeds.map(async ([who, words], place) => {
            const giver = await contactAt(names[(who + 1) % 4] ?? '')
            const code = words === 'mã' ? (await issueCode(sql, desk.secrets, { contactId: giver.id }, NOW)).code : ''
            await processes[place % 2 ? 1 : 0].inbox.receive([said(names[who] ?? '', text(`${words} ${code}`.trim()))])
          }),
        )
        await Promise.all(processes.map(({ worker }) => worker.idle()))
        await processes[0].worker.handleDue(NOW)
        await Promise.all(processes.map(({ worker }) => worker.stop()))

        const [left] = await sql`select count(*) as count from inbox where handled_at is null or failed_at is not null`
        const [broken] = await sql`
          select count(*) as count from contacts c where c.person_id is not null and (c.erased_at is not null or not exists (
            select from contacts h where h.id = c.person_id and h.person_id = h.id and h.sealed_key is not null))`
        expect(left).toEqual({ count: 0 })
        expect(broken).toEqual({ count: 0 })
        expect(await isInOrder()).toBe(true)
      }),
      { numRuns: 25 },
    )
    await other.end()

    expect(faults.filter((words) => !words.startsWith('updates taken together'))).toEqual([])
  }, 120_000)
})

async function tellInTurn({ inbox }: ReturnType<typeof aProcess>, all: readonly Update[]): Promise<void> {
  for (const one of all) await inbox.receive([one])
}

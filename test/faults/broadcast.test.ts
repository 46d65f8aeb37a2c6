import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { contentHash, contentSchema } from '../../src/broadcasts/broadcast.ts'
import { list } from '../../src/db/list.ts'
import { newId } from '../../src/ids.ts'
import { hashAddress, newContact } from '../../src/messaging/contact.ts'
import { createSecrets } from '../../src/secrets.ts'
import { BOT_ID } from '../fakes/telegram.ts'
import { OA_ID } from '../fakes/zalo.ts'
import { createDatabase } from '../support/database.ts'
import { aFolder } from '../support/product-process.ts'
import { aTelegram, aZalo, until } from './channels.ts'
import { Crowd, KEY, KILLS, SEED, seeded } from './crowd.ts'
import { Processes } from './pair.ts'

const PEOPLE = Number(process.env.PEOPLE ?? 5_000)
/** A process starts in about this time on two cores. */
const SECONDS_PER_KILL = 1
const FAULT_EVERY_MS = 1_000
const RATE = Math.max(60, Math.min(400, Math.round(PEOPLE / 2 / (KILLS * SECONDS_PER_KILL))))
const WORDS = 'Từ ngày mai, trợ cấp được trả tại nhà văn hóa.'
const BLOCKED_EVERY = 50
const STOPPED_EVERY = 70

/** Nine in the morning for the product, whatever the hour: nothing leaves at night. */
const OFFSET_SECONDS = Math.round(
  (Date.parse(`${new Date().toISOString().slice(0, 10)}T02:00:00Z`) - Date.now()) / 1_000,
)
const now = () => new Date(Date.now() + OFFSET_SECONDS * 1_000)

const { sql, url } = await createDatabase({ max: 3 })
const random = seeded(SEED + 6)
const { channel: telegram, fake: telegramFake } = await aTelegram()
const { channel: zalo, fake: zaloFake } = await aZalo({ random, now })
zaloFake.sendsReceipts = true
const crowd = new Crowd([telegram, zalo], 0, random)
aFolder()
afterAll(async () => {
  for (const channel of crowd.channels) await channel.close()
})

interface Person {
  id: string
  channel: 'telegram' | 'zalo'
  address: string
}

/** People who wrote a while ago; every so many blocked the account, or want no messages. */
async function aProvince(): Promise<Person[]> {
  const secrets = createSecrets(KEY)
  const people = Array.from({ length: PEOPLE }, (_, place) => {
    const isZalo = place % 2 === 1
    const address = isZalo ? `household-${place}` : String(500_000 + place)
    const where = { channel: isZalo ? 'zalo' : 'telegram', account: isZalo ? OA_ID : String(BOT_ID), address }
    return { place, ...where, ...newContact(secrets, where), hash: hashAddress(secrets, where) }
  })
  const column = (of: (one: (typeof people)[number]) => string | number | Date | Uint8Array | null) =>
    list(sql, people.map(of))
  const at = now()
  await sql`
    insert into contacts (id, channel, account, address_hash, sealed_address, sealed_key, consent_version, consent_at,
      all_stopped_at, created_at)
    select id, channel, account, hash, address, key, 1, ${at}, stopped, ${at} from unnest(
      ${column(({ id }) => id)}::uuid[], ${column(({ channel }) => channel)}::text[], ${column(({ account }) => account)}::text[],
      ${column(({ hash }) => hash)}::bytea[], ${column(({ sealedAddress }) => sealedAddress)}::bytea[],
      ${column(({ sealedKey }) => sealedKey)}::bytea[],
      ${column(({ place }) => (place % STOPPED_EVERY === 0 ? at : null))}::timestamptz[]
    ) as p(id, channel, account, hash, address, key, stopped)`
  await sql`
    insert into reply_windows (channel, account, address_hash, last_interaction_at)
    select channel, account, address_hash, ${at} from contacts where channel = 'zalo'`
  for (const { place, channel, address } of people) {
    if (channel === 'zalo') zaloFake.person(address).wasLastHere(at)
    if (place % BLOCKED_EVERY !== 1) continue
    if (channel === 'zalo') await zaloFake.person(address).unfollows()
  }
  return people.map(({ id, channel, address }) => ({ id, channel: channel === 'zalo' ? 'zalo' : 'telegram', address }))
}

async function aBroadcast(): Promise<string> {
  const content = contentSchema.parse({ kind: 'duty', topic: 'social', texts: { vi: { text: WORDS } }, audience: {} })
  const id = newId()
  const at = now()
  await sql`
    insert into broadcasts (id, status, kind, topic, author_id, content, content_hash, schedule_at, frozen_at, started_at,
      last_seq, created_at, updated_at)
    values (${id}, 'sending', 'duty', 'social', ${newId()}, ${sql.json(content as never)}, ${contentHash(content)}, ${at},
      ${at}, ${at}, 0, ${at}, ${at})`
  await sql`insert into broadcast_recipients (broadcast_id, contact_id, channel, account, state)
    select ${id}::uuid, id, channel, account, 'waiting' from contacts`
  return id
}

/** For a moment something is wrong with one of the channels. */
function aFault(): void {
  const times = 1 + Math.floor(random() * 3)
  const faults = [
    () => telegramFake.fail({ kind: 'flood', retryAfter: 1 }, { times: 1 }),
    () => telegramFake.fail({ kind: 'error', code: 500, description: 'Internal Server Error' }, { times }),
    () => telegramFake.fail({ kind: 'accept-then-reset' }, { times: 1 }),
    () => telegramFake.fail({ kind: 'reset' }, { times }),
    () => telegramFake.fail({ kind: 'garbled' }, { times: 1 }),
    () => telegramFake.fail({ kind: 'slow', ms: 400 }, { times }),
    () => zaloFake.fail({ kind: 'flood', retryAfter: 1 }, { times: 1 }),
    () => zaloFake.fail({ kind: 'error', code: -200, message: 'could not be sent' }, { times }),
    () => zaloFake.fail({ kind: 'accept-then-reset' }, { times: 1 }),
    () => zaloFake.fail({ kind: 'reset' }, { times }),
    () => zaloFake.fail({ kind: 'slow', ms: 400 }, { times }),
  ]
  faults[Math.floor(random() * faults.length)]?.()
}

const sends = () => telegram.sends() + zalo.sends()

describe(`a policy message to ${PEOPLE} people on both channels, while one of two processes is killed ${KILLS} times`, () => {
  it(
    'reaches everybody once, and what is not known is what was in hand',
    async () => {
      const people = await aProvince()
      const id = await aBroadcast()
      const processes = new Processes(crowd, url)
      const settings = {
        TELEGRAM_RATE_PER_SECOND: String(RATE),
        ZALO_RATE_PER_SECOND: String(RATE),
        CLOCK_OFFSET_SECONDS: String(OFFSET_SECONDS),
      }
      const begunAt = performance.now()
      await processes.start(2, settings)

      const inHand = new Set<string>()
      let kills = 0
      let resumed = 0
      const faults = setInterval(aFault, FAULT_EVERY_MS)
      const resume = async () => {
        const rows =
          await sql`update broadcasts set status = 'sending', paused_reason = null where id = ${id} and status = 'paused'`
        resumed += rows.count
      }
      for (let kill = 1; kill <= KILLS; kill++) {
        const aim = ((kill - random()) / (KILLS + 1)) * PEOPLE
        const end = performance.now() + SECONDS_PER_KILL * 4_000
        while (sends() < aim && performance.now() < end) {
          await pause(5)
          await resume()
        }
        await processes.killOne(random)
        kills += 1
        const rows = await sql<{ contact_id: string }[]>`
          select contact_id from broadcast_recipients where broadcast_id = ${id} and state = 'sending'`
        for (const row of rows) inHand.add(row.contact_id)
        processes.startOne(settings)
      }
      clearInterval(faults)
      telegramFake.mend()
      zaloFake.mend()
      await until(
        'the message is done',
        async () => {
          await resume()
          const [row] = await sql<{ status: string }[]>`select status from broadcasts where id = ${id}`
          return row?.status === 'done'
        },
        120_000,
      )
      // Receipts that came before their message was given up for uncertain are applied after a while.
      await until('receipts are told', () => zalo.isQuiet(), 30_000)
      const seconds = (performance.now() - begunAt) / 1_000
      await processes.stop()

      const rows = await sql<{ contact_id: string; state: string; reason: string | null }[]>`
        select contact_id, state, reason from broadcast_recipients where broadcast_id = ${id}`
      const counts = await sql<{ what: string; count: number }[]>`
        select what, sum(count)::int as count from broadcast_counts where broadcast_id = ${id} group by 1`
      const received = new Map<string, number>()
      for (const call of telegramFake.allReceived()) bump(received, `telegram ${call.chatId}`)
      for (const call of zaloFake.allReceived()) bump(received, `zalo ${call.userId}`)
      const byId = new Map(rows.map((row) => [row.contact_id, row]))
      const verdict = { rows: rows.length, lost: 0, doubled: 0, untrue: 0, open: 0, uncertain: 0, unexplained: 0 }
      for (const person of people) {
        const got = received.get(`${person.channel} ${person.address}`) ?? 0
        const { state, reason } = byId.get(person.id) ?? { state: 'no row', reason: null }
        const isTold = state === 'sent' || state === 'confirmed'
        if (got > 1) verdict.doubled += 1
        if (isTold && got === 0) verdict.lost += 1
        if (!isTold && state !== 'uncertain' && got > 0) verdict.untrue += 1
        if (['waiting', 'sending', 'no row'].includes(state)) verdict.open += 1
        if (state !== 'uncertain') continue
        verdict.uncertain += 1
        if (reason === 'sender-died' && !inHand.has(person.id)) verdict.unexplained += 1
      }
      const states: Record<string, number> = {}
      for (const { state } of rows) states[state] = (states[state] ?? 0) + 1
      const bySender = rows.filter(({ state, reason }) => state === 'uncertain' && reason === 'sender-died').length
      const struck = [...telegramFake.struck, ...zaloFake.struck].filter(({ kind }) =>
        ['accept-then-reset', 'garbled', 'reset'].includes(kind),
      ).length
      console.log(
        [
          `A policy message under kills, seed ${SEED}`,
          `  ${JSON.stringify(verdict)}`,
          `  states ${JSON.stringify(states)}`,
          `  kills ${kills}, in hand at the kills ${inHand.size}, uncertain by them ${bySender}, by lost answers ${verdict.uncertain - bySender} of ${struck}`,
          `  paused by errors and let go on ${resumed} times, ${Math.round(seconds)} s at ${RATE} a second on each channel`,
        ].join('\n'),
      )
      expect(verdict, `seed ${SEED}`).toMatchObject({
        rows: PEOPLE,
        lost: 0,
        doubled: 0,
        untrue: 0,
        open: 0,
        unexplained: 0,
      })
      expect(verdict.uncertain - bySender, `seed ${SEED}`).toBeLessThanOrEqual(struck)
      const counted = Object.fromEntries(counts.map(({ what, count }) => [what, count]))
      expect(counted, 'kept counts').toMatchObject(states)
    },
    120_000 + KILLS * 10_000,
  )
})

function bump(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

/**
 * Policy messages: how much of the allowed rate is used, whether talk suffers, what memory it takes with few and with many
 * people, and how long it takes to freeze an audience. `PEOPLE=` makes the large message smaller, `SECONDS=` each run.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { contentHash, contentSchema } from '../src/broadcasts/broadcast.ts'
import { freezeBroadcast } from '../src/broadcasts/freeze.ts'
import { readProgress } from '../src/broadcasts/progress.ts'
import { createBroadcastSender } from '../src/broadcasts/send.ts'
import { connect, type Sql } from '../src/db/client.ts'
import { startEmbedded } from '../src/db/embedded.ts'
import { migrate } from '../src/db/migrate.ts'
import { readDefinitions } from '../src/definitions/read-definitions.ts'
import { newId } from '../src/ids.ts'
import type { ChannelAdapter } from '../src/messaging/channel.ts'
import { hashAddress, newContact } from '../src/messaging/contact.ts'
import { createDispatcher } from '../src/outbox/dispatch.ts'
import { enqueue } from '../src/outbox/enqueue.ts'
import { createSecrets } from '../src/secrets.ts'

const PEOPLE = Number(process.env.PEOPLE ?? 1_000_000)
const SECONDS = Number(process.env.SECONDS ?? 20)
/** What a call to a channel takes. */
const CHANNEL_MS = 50
/** Fast enough to see what the product can do, and not more than a paid account may. */
const FAST = 500
const TALKS_PER_SECOND = 4
/** Nine in the morning: nothing leaves at night. */
const MORNING_MS = Date.parse(`${new Date().toISOString().slice(0, 10)}T02:00:00Z`) - Date.now()

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const quiet = { info() {}, warn() {}, error() {}, debug() {} }
const clock = { now: () => new Date(Date.now() + MORNING_MS) }
const secrets = createSecrets(Buffer.alloc(32, 5))
const { texts, territory, eligibility, broadcastRules: rules } = await readDefinitions(join(import.meta.dirname, '..'))
const dataDir = mkdtempSync(join(tmpdir(), 'cau-noi-bench-'))
const server = await startEmbedded({ dataDir, log: quiet })
const sql = connect({ url: server.url, max: 12, statementTimeoutSeconds: 0 })
await migrate(sql)

/** A channel that refuses what goes over its limit in any second, and remembers when everything came. */
function aChannel(account: string, ratePerSecond: number) {
  const calls: number[] = []
  const limit = ratePerSecond + Math.max(2, ratePerSecond * 0.05)
  let refused = 0
  let first = 0
  const adapter: ChannelAdapter = {
    id: 'telegram',
    account,
    capabilities: {
      buttons: true,
      textLength: 4_096,
      ratePerSecond,
      burstPerContact: 5,
      perSecondPerContact: Number.POSITIVE_INFINITY,
      files: {},
      replyWindowHours: null,
    },
    async deliver({ id }) {
      const at = performance.now()
      calls.push(at)
      while ((calls[first] ?? at) <= at - 1_000) first += 1
      if (calls.length - first > limit) refused += 1
      await pause(CHANNEL_MS)
      return { kind: 'delivered', externalId: `m${id}` }
    },
    fetchFile: async () => null,
  }
  return { adapter, calls, refused: () => refused }
}

/** They share one address and key: what is measured does not look at them. */
async function people(account: string, count: number): Promise<void> {
  const made = newContact(secrets, { channel: 'telegram', account, address: '42' })
  await sql`
    insert into contacts (id, channel, account, address_hash, sealed_address, sealed_key, commune_code, consent_version,
      consent_at, created_at)
    select gen_random_uuid(), 'telegram', ${account}, decode(md5(${account} || n), 'hex'), ${made.sealedAddress},
      ${made.sealedKey}, null, 1, now(), now() from generate_series(1, ${count}) as n`
}

async function message(account: string | null, status: 'sending' | 'freezing'): Promise<string> {
  const content = contentSchema.parse({
    kind: 'duty',
    topic: 'social-assistance',
    texts: { vi: { text: 'Từ ngày mai, trợ cấp được trả tại nhà văn hóa.' } },
    audience: {},
  })
  const id = newId()
  const at = clock.now()
  await sql`
    insert into broadcasts (id, status, kind, topic, author_id, content, content_hash, schedule_at, started_at,
      second_approver_id, last_seq, created_at, updated_at)
    values (${id}, ${status}, 'duty', ${content.topic}, ${newId()}, ${sql.json(content as never)}, ${contentHash(content)},
      ${at}, ${status === 'sending' ? at : null}, ${newId()}, 0, ${at}, ${at})`
  if (account === null) return id
  await sql`insert into broadcast_recipients (broadcast_id, contact_id, channel, account, state)
    select ${id}::uuid, id, channel, account, 'waiting' from contacts where account = ${account}`
  await sql`vacuum (analyze) broadcast_recipients`
  return id
}

function aSender(adapter: ChannelAdapter) {
  const account = { heldUntil: () => null, hold() {} }
  return createBroadcastSender({ sql, secrets, clock, log: quiet, texts, rules, adapters: [adapter], account })
}

const row = (cells: (string | number)[]) => process.stdout.write(`| ${cells.join(' | ')} |\n`)
const nth = (all: readonly number[], share: number) =>
  all.toSorted((one, other) => one - other)[Math.min(all.length - 1, Math.floor(all.length * share))] ?? 0

/** Share of the rate in the middle of a run. */
async function measureRate(name: string, rate: number, processes: number): Promise<void> {
  const account = `rate-${rate}-${processes}`
  const { adapter, calls, refused } = aChannel(account, rate)
  await people(account, Math.ceil(rate * (SECONDS + 10)))
  await message(account, 'sending')
  const senders = Array.from({ length: processes }, () => aSender(adapter))
  for (const sender of senders) sender.start()
  await pause(2_000)
  const from = performance.now()
  await pause(SECONDS * 1_000)
  const seconds = (performance.now() - from) / 1_000
  const sent = calls.filter((at) => at >= from && at < from + seconds * 1_000).length
  await Promise.all(senders.map((sender) => sender.stop()))
  await sql`update broadcasts set status = 'cancelled' where status = 'sending'`
  row([
    name,
    rate,
    (sent / seconds).toFixed(1),
    `${((100 * sent) / seconds / rate).toFixed(1)} %`,
    refused(),
    '≥ 98 %, 0',
  ])
}

/** Milliseconds from the commit that queues an answer to its delivery. */
async function measureTalk(withBulk: boolean): Promise<{ times: number[]; refused: number; bulk: number }> {
  const account = `talk-${withBulk}`
  const { adapter, calls, refused } = aChannel(account, 28)
  const where = { channel: 'telegram' as const, account, address: '7' }
  const dispatcher = createDispatcher({ sql, secrets, clock, log: quiet, adapters: [adapter] })
  const sender = aSender(adapter)
  if (withBulk) {
    await people(account, 28 * (SECONDS * 2 + 10))
    await message(account, 'sending')
    sender.start()
  }
  dispatcher.start()
  await pause(2_000)
  const times: number[] = []
  const talks = SECONDS * 2 * TALKS_PER_SECOND
  const running: Promise<void>[] = []
  for (let talk = 0; talk < talks; talk++) {
    await pause((Math.random() * 2_000) / TALKS_PER_SECOND)
    running.push(answerOnce(talk))
  }
  await Promise.all(running)
  await sender.stop()
  await dispatcher.stop()
  await sql`update broadcasts set status = 'cancelled' where status = 'sending'`
  return { times, refused: refused(), bulk: calls.length - talks }

  async function answerOnce(talk: number): Promise<void> {
    const made = newContact(secrets, where)
    const key = secrets.openPersonKey(made.sealedKey)
    const hash = hashAddress(secrets, { ...where, address: `${account}${talk}` })
    await sql`insert into contacts (id, channel, account, address_hash, sealed_address, sealed_key, created_at)
      values (${made.id}, 'telegram', ${account}, ${hash}, ${made.sealedAddress}, ${made.sealedKey}, now())`
    const messages = [{ text: 'Chào quý vị', actions: [], attachmentId: null }]
    await sql.begin((tx) =>
      enqueue(tx, { contact: { id: made.id, key }, author: 'officer', messages, now: clock.now() }),
    )
    const from = performance.now()
    const delivered = async (on: Sql) =>
      (await on`select from outbox where contact_id = ${made.id} and state = 'delivered'`).length > 0
    while (!(await delivered(sql))) await pause(2)
    times.push(performance.now() - from)
  }
}

/** The most that is held after everything that could go is gone, while messages leave. */
async function measureMemory(count: number): Promise<{ mostMiB: number; progressMs: number; perSecond: number }> {
  const account = `memory-${count}`
  const { adapter, calls } = aChannel(account, FAST)
  await people(account, count)
  const id = await message(account, 'sending')
  const sender = aSender(adapter)
  sender.start()
  let most = 0
  const progress: number[] = []
  const end = performance.now() + Math.min(SECONDS, count / FAST + 1) * 1_000
  const from = performance.now()
  while (performance.now() < end) {
    await pause(500)
    collect()
    most = Math.max(most, process.memoryUsage().heapUsed)
    const asked = performance.now()
    await readProgress(sql, id, clock.now())
    progress.push(performance.now() - asked)
  }
  const perSecond = calls.length / ((performance.now() - from) / 1_000)
  await sender.stop()
  await sql`update broadcasts set status = 'cancelled' where status = 'sending'`
  return { mostMiB: most / 2 ** 20, progressMs: nth(progress, 0.5), perSecond }
}

process.stdout.write('## Policy messages\n\n')
process.stdout.write(
  '| sending | allowed a second | sent a second | share | over the limit | goal |\n| --- | ---: | ---: | ---: | ---: | --- |\n',
)
await measureRate('as Telegram allows, one process', 28, 1)
await measureRate('as Telegram allows, two processes', 28, 2)
await measureRate('as Zalo allows, one process', 20, 1)
await measureRate('a paid account, one process', FAST, 1)

const idle = await measureTalk(false)
const busy = await measureTalk(true)
process.stdout.write(
  `\n| an answer, ms from its commit to its record (a call takes ${CHANNEL_MS}) | median | p99 | p99 ratio | goal |\n| --- | ---: | ---: | ---: | ---: |\n`,
)
row(['idle', nth(idle.times, 0.5).toFixed(0), nth(idle.times, 0.99).toFixed(0), '', ''])
const ratio = nth(busy.times, 0.99) / nth(idle.times, 0.99)
row(['during a bulk send', nth(busy.times, 0.5).toFixed(0), nth(busy.times, 0.99).toFixed(0), ratio.toFixed(2), '< 2'])
process.stdout.write(`\nBeside the answers ${busy.bulk} policy messages left, ${busy.refused} sends over the limit.\n`)

process.stdout.write(
  '\n| people | heap at most, MiB | sent a second | reading the progress, ms |\n| ---: | ---: | ---: | ---: |\n',
)
for (const count of [1_000, PEOPLE]) {
  const { mostMiB, progressMs, perSecond } = await measureMemory(count)
  row([count, mostMiB.toFixed(1), perSecond.toFixed(0), progressMs.toFixed(1)])
}

const id = await message(null, 'freezing')
const lanes = [
  {
    channel: 'telegram' as const,
    account: `memory-${PEOPLE}`,
    capabilities: { buttons: true, textLength: 4_096, ratePerSecond: 28 },
    window: null,
  },
]
const services = { sql, secrets, territory, eligibility, broadcasting: { rules, lanes } }
const from = performance.now()
const frozen = await freezeBroadcast(services, id, { now: () => clock.now() })
const seconds = (performance.now() - from) / 1_000
const [held] = await sql<{ count: number }[]>`select count(*)::int as count from contacts where consent_at is not null`
process.stdout.write(
  `\nFreezing ${held?.count} people: ${seconds.toFixed(1)} s (${frozen.kind}); goal for a million: < 60 s.\n`,
)

await sql.end()
await server.stop()
rmSync(dataDir, { recursive: true, force: true })

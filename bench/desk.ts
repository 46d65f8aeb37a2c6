/**
 * The officers' pages with a thousand and with a million tickets, on the real server over two databases of one PostgreSQL,
 * asked in turn. `TICKETS=` makes the larger one smaller, `KEEP=folder` keeps the databases for the next run.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localDay, systemClock } from '../src/clock.ts'
import { connect, type Sql } from '../src/db/client.ts'
import { startEmbedded } from '../src/db/embedded.ts'
import { migrate } from '../src/db/migrate.ts'
import { readDefinitions } from '../src/definitions/read-definitions.ts'
import { createSecrets } from '../src/secrets.ts'
import { median, percentile } from './chat/servers.ts'
import { deskServer, signedIn } from './desk/desk-server.ts'
import { fill, MEASURED } from './desk/fill.ts'
import { nameOf } from './desk/people.ts'

const SMALL = 1_000
const LARGE = Number(process.env.TICKETS ?? 1_000_000)
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 40)
const REPORT_ROUNDS = 3
const WARM_UP = 5
/** Tickets that are opened by their number, in turn. */
const OPENED = 20
const GOAL = 1.5
const secrets = createSecrets(Buffer.alloc(32, 5))
const definitions = readDefinitions(join(import.meta.dirname, '..'))
const quiet = { info() {}, warn() {}, debug() {} }

interface Page {
  name: string
  by: keyof typeof MEASURED
  url: string
  rounds?: number
  /** Its time is promised. */
  isGoal?: boolean
}

const name = encodeURIComponent(nameOf(0))
const rare = encodeURIComponent(nameOf(400))
const everyone = Object.keys(MEASURED) as (keyof typeof MEASURED)[]
const forEach = (name: string, url: string, isGoal = false): Page[] => everyone.map((by) => ({ name, by, url, isGoal }))
const PAGES: Page[] = [
  ...forEach('queue', '/console/tickets', true),
  ...forEach('queue by status', '/console/tickets?list=all&status=pending', true),
  ...forEach('queue by topic and overdue', '/console/tickets?list=all&topic=health_insurance&overdue=1', true),
  ...forEach('finished tickets', '/console/tickets?list=all&status=closed', true),
  ...forEach('search for a frequent name', `/console/tickets?list=all&q=${name}`),
  ...forEach('search for a rare name', `/console/tickets?list=all&q=${rare}`),
  ...forEach('search for a number', '/console/tickets?list=all&q=37'),
  ...forEach('ticket', '/console/tickets/{number}', true),
  ...forEach('my work', '/console/my-work'),
  ...forEach('GET /api/v1/tickets', '/api/v1/tickets'),
  ...forEach('GET /api/v1/tickets/{number}', '/api/v1/tickets/{number}', true),
  { name: 'GET /api/v1/queues', by: 'admin', url: '/api/v1/queues' },
  { name: 'register', by: 'commune', url: '/console/register' },
  { name: 'register', by: 'admin', url: '/console/register' },
  { name: 'register, search for a name', by: 'commune', url: `/console/register?q=${name}` },
  { name: 'register, search for a name', by: 'admin', url: `/console/register?q=${name}` },
  { name: 'audit', by: 'admin', url: '/console/audit' },
  { name: 'audit of one action', by: 'admin', url: '/console/audit?action=ticket-resolve' },
  { name: 'report of the year', by: 'commune', url: '/console/reports', rounds: REPORT_ROUNDS },
  { name: 'report of the year', by: 'admin', url: '/console/reports', rounds: REPORT_ROUNDS },
]

interface Measured {
  milliseconds: number[]
  bytes: number
}

async function main(): Promise<void> {
  const keep = process.env.KEEP
  const dataDir = keep ?? mkdtempSync(join(tmpdir(), 'cau-noi-bench-'))
  const database = await startEmbedded({ dataDir, log: quiet, tcp: true })
  const open: Sql[] = []
  try {
    const sides = []
    for (const tickets of [SMALL, LARGE]) sides.push(await sideOf(database.url, tickets, open))
    const rows: { page: Page; small: Measured; large: Measured }[] = []
    for (const page of PAGES) {
      try {
        const [small, large] = await inTurn(page, sides)
        if (small && large) rows.push({ page, small, large })
      } catch (error) {
        process.stderr.write(`${page.name} is left out: ${String(error)}\n`)
      }
    }
    print(rows, sides.map(({ seconds }) => seconds).at(-1) ?? 0)
    for (const { app } of sides) await app.close()
  } finally {
    for (const sql of open) await sql.end()
    await database.stop()
    if (keep === undefined) rmSync(dataDir, { recursive: true, force: true })
  }
}

async function sideOf(serverUrl: string, tickets: number, open: Sql[]) {
  const url = new URL(serverUrl)
  url.pathname = `/desk_${tickets}`
  const admin = connect({ url: serverUrl, max: 1 })
  const isThere = (await admin`select from pg_database where datname = ${`desk_${tickets}`}`).length > 0
  if (!isThere) await admin.unsafe(`create database desk_${tickets}`)
  await admin.end()
  const sql = connect({ url: url.href, max: 18 })
  open.push(sql)
  await migrate(sql)
  const isFilled = (await sql`select from tickets limit 1`).length > 0
  const now = systemClock().now()
  const started = performance.now()
  if (!isFilled) await fill({ sql, secrets, territory: definitions.territory, tickets, day: localDay(now), now })
  const seconds = (performance.now() - started) / 1_000
  process.stderr.write(`${tickets} tickets: filled in ${seconds.toFixed(0)} s\n`)
  const app = await deskServer(sql, secrets, definitions)
  const officers = Object.fromEntries(
    await Promise.all(everyone.map(async (by) => [by, await signedIn(app, sql, MEASURED[by])] as const)),
  )
  const numbers = new Map(await Promise.all(everyone.map(async (by) => [by, await numbersOf(sql, by)] as const)))
  return {
    app,
    seconds,
    call: (page: Page, round: number) => {
      const some = numbers.get(page.by) ?? []
      return officers[page.by]?.(page.url.replace('{number}', some[round % some.length] ?? ''))
    },
  }
}

/** Closed tickets with a talk, alike on both sides: an officer's are of their unit. */
async function numbersOf(sql: Sql, by: keyof typeof MEASURED): Promise<string[]> {
  const rows = await sql<{ number: string }[]>`
    select number from tickets t
    where status = 'closed' and contact_id is not null and id % 10 < 3 and id % 20 <> 0
      and (${by === 'admin'} or unit_id = (select unit_id from officers where username = ${MEASURED[by]}))
    order by md5(number) limit ${OPENED}`
  return rows.map(({ number }) => number)
}

/** First one, then the other, then the other way round: what disturbs the machine disturbs both. */
async function inTurn(page: Page, sides: Awaited<ReturnType<typeof sideOf>>[]): Promise<Measured[]> {
  const measured = sides.map(() => ({ milliseconds: [] as number[], bytes: 0 }))
  const rounds = page.rounds ?? ROUNDS
  for (let round = page.rounds === undefined ? -WARM_UP : -1; round < rounds; round++) {
    const order = [...sides.entries()]
    if (round % 2 === 0) order.reverse()
    for (const [index, side] of order) {
      const answer = await side.call(page, Math.abs(round))
      const into = measured[index]
      if (answer === undefined || into === undefined || round < 0) continue
      into.milliseconds.push(answer.milliseconds)
      into.bytes = Math.max(into.bytes, answer.body.length)
    }
  }
  return measured
}

function print(rows: { page: Page; small: Measured; large: Measured }[], seconds: number): void {
  const lines = [
    `## The desk with ${SMALL.toLocaleString('en')} and with ${LARGE.toLocaleString('en')} tickets`,
    '',
    `Three years of work, one ticket in ten unfinished; a fifth of all belongs to the commune and a fifth to the department whose`,
    `officers ask. Median of ${ROUNDS} calls (reports: ${REPORT_ROUNDS}) of the whole server without the network, both databases in turn.`,
    `Milliseconds; kB is the size of the answer, since a fuller page takes longer by itself.${seconds > 1 ? ` The larger database was filled in ${seconds.toFixed(0)} s.` : ''}`,
    '',
    `| page | officer of | ${SMALL.toLocaleString('en')} | ${LARGE.toLocaleString('en')} | ratio | p90 | kB | goal |`,
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map(({ page, small, large }) => {
      const [before, after] = [median(small.milliseconds), median(large.milliseconds)]
      const p90 = `${percentile(small.milliseconds, 0.9).toFixed(1)} / ${percentile(large.milliseconds, 0.9).toFixed(1)}`
      const size = `${Math.round(small.bytes / 1_000)} / ${Math.round(large.bytes / 1_000)}`
      const cells = [page.name, page.by, before.toFixed(1), after.toFixed(1), (after / before).toFixed(2), p90, size]
      return `| ${[...cells, page.isGoal ? `≤ ${GOAL}` : ''].join(' | ')} |`
    }),
  ]
  process.stdout.write(`${lines.join('\n')}\n\n`)
}

await main()

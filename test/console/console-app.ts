import { join } from 'node:path'
import { pino } from 'pino'
import type { Clock } from '../../src/clock.ts'
import { consoleRoutes } from '../../src/console/routes.ts'
import type { ConsoleServices } from '../../src/console/visit.ts'
import type { Sql } from '../../src/db/client.ts'
import { drizzleOn, eq } from '../../src/db/drizzle.ts'
import { readEligibility } from '../../src/eligibility/read-programmes.ts'
import { createAssets } from '../../src/http/assets.ts'
import { createMetrics } from '../../src/http/metrics.ts'
import { createServer, type Server } from '../../src/http/server.ts'
import { readKnowledge } from '../../src/knowledge/read-knowledge.ts'
import { hashPassword } from '../../src/officers/password.ts'
import type { Officer } from '../../src/officers/permissions.ts'
import { SESSION_COOKIE } from '../../src/officers/sessions.ts'
import { signIn } from '../../src/officers/sign-in.ts'
import { officers } from '../../src/officers/tables.ts'
import { readIndicators } from '../../src/reports/indicator.ts'
import { readTemplates } from '../../src/templates/read-templates.ts'
import type { ReplyTemplate } from '../../src/templates/template.ts'
import { broadcasting } from '../broadcasts/broadcast-builders.ts'
import { COMMUNE_UNIT, DEPARTMENT, desk, MONDAY, sound, workByHand } from '../desk/desk-builders.ts'

const root = join(import.meta.dirname, '../..')

function soundEligibility() {
  const read = readEligibility(join(root, 'flows'))
  if ('faults' in read) throw new Error(JSON.stringify(read.faults))
  return read.value
}

const eligibility = soundEligibility()

/** A server with the console alone, over a real database. */
export async function aConsole(
  sql: Sql,
  options: {
    clock?: Clock
    publicUrl?: string
    callsPerTenSeconds?: number
    replyTemplates?: readonly ReplyTemplate[]
  } & Pick<ConsoleServices, 'accountCare' | 'talkStanding' | 'channelHealth'> = {},
): Promise<Server> {
  await workByHand(sql, COMMUNE_UNIT, DEPARTMENT)
  const log = pino({ level: 'silent' })
  const clock = options.clock ?? { now: () => MONDAY }
  const assets = createAssets({ console: join(root, 'src/console/public') })
  const nothing = { waiting: 0, oldestSeconds: 0 }
  const backlogs = async () => ({ inbox: nothing, outbox: nothing })
  const { channelHealth } = options
  const app = await createServer({
    log,
    publicUrl: options.publicUrl,
    assets,
    health: {
      database: () => sql`select 1`,
      pendingMigrations: async () => [],
      channels: () => channelsOf(channelHealth),
      backlogs,
      ...(channelHealth && { channelFigures: channelHealth }),
    },
    metrics: createMetrics(),
    state: { backlogs, ticketsByStatus: async () => ({}), ...(channelHealth && { channelFigures: channelHealth }) },
    callsPerTenSeconds: options.callsPerTenSeconds ?? 10_000,
  })
  const publicUrl = options.publicUrl
  await app.register(consoleRoutes, {
    ...desk,
    sql,
    clock,
    log,
    assets,
    publicUrl,
    eligibility,
    knowledge: sound(readKnowledge(join(root, 'flows'), eligibility)),
    replyTemplates: options.replyTemplates ?? sound(readTemplates(join(root, 'flows'))),
    reports: sound(readIndicators(join(root, 'flows'))),
    broadcasting,
    accountCare: options.accountCare,
    talkStanding: options.talkStanding,
    channelHealth,
  })
  return app
}

async function channelsOf(read: ConsoleServices['channelHealth']) {
  const channels = (await read?.()) ?? []
  return channels.map(({ id, on, reason, lastUpdateAt }) => ({ id, on, reason, lastUpdateAt }))
}

export const PASSWORD = 'đúng mật khẩu 123'

/** One costly hash for all officers of a run. */
let passwordHash: Promise<string> | undefined

/** Gives an officer the password above. */
export async function withPassword(sql: Sql, officer: Officer): Promise<Officer> {
  passwordHash ??= hashPassword(PASSWORD)
  const known = { passwordHash: await passwordHash }
  await drizzleOn(sql).update(officers).set(known).where(eq(officers.id, officer.id))
  return officer
}

export interface Page {
  status: number
  html: string
  location: string | undefined
  headers: Record<string, unknown>
}

/** A browser that an officer signed in with: keeps the cookie, sends forms with the hidden fields they came with. */
export interface Browser {
  get(path: string): Promise<Page>
  post(path: string, fields: Record<string, string> | URLSearchParams): Promise<Page>
  /** A form with files. */
  postForm(path: string, form: FormData): Promise<Page>
  /** Sends the form of a verb as it stands on a page. */
  send(html: string, number: string, verb: string, fields?: Record<string, string>): Promise<Page>
}

/** Signed in on Monday at eight unless told. */
export async function aBrowser(app: Server, sql: Sql, officer: Officer, at: Date = MONDAY): Promise<Browser> {
  await withPassword(sql, officer)
  const outcome = await signIn({ sql, secrets: desk.secrets }, { username: officer.username, password: PASSWORD }, at)
  if (outcome.kind !== 'done') throw new Error(`Not signed in: ${outcome.kind}`)
  const cookies = { [SESSION_COOKIE]: outcome.token }
  const headers = { host: 'localhost:3000', origin: 'http://localhost:3000' }
  const toPage = (answer: Awaited<ReturnType<Server['inject']>>): Page => ({
    status: answer.statusCode,
    html: answer.body,
    location: answer.headers.location,
    headers: answer.headers,
  })
  const post = async (url: string, fields: Record<string, string> | URLSearchParams) =>
    toPage(
      await app.inject({
        method: 'POST',
        url,
        cookies,
        headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams(fields).toString(),
      }),
    )
  return {
    get: async (url) => toPage(await app.inject({ method: 'GET', url, cookies, headers })),
    post,
    async postForm(url, form) {
      const encoded = new Response(form)
      const type = encoded.headers.get('content-type') ?? ''
      const payload = Buffer.from(await encoded.arrayBuffer())
      return toPage(
        await app.inject({ method: 'POST', url, cookies, headers: { ...headers, 'content-type': type }, payload }),
      )
    },
    send(html, number, verb, fields = {}) {
      const path = `/console/tickets/${number}/${verb}`
      const form = html.slice(html.indexOf(`action="${path}"`))
      const hidden = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(form)?.[1] ?? ''
      return post(path, { seen: hidden('seen'), form_token: hidden('form_token'), ...fields })
    },
  }
}

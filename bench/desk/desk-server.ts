/** Console and API over one database, with nothing that runs by itself beside them. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apiRoutes } from '../../src/api/routes.ts'
import { createFolderStore } from '../../src/attachments/folder-store.ts'
import { systemClock } from '../../src/clock.ts'
import { consoleRoutes } from '../../src/console/routes.ts'
import type { Sql } from '../../src/db/client.ts'
import type { readDefinitions } from '../../src/definitions/read-definitions.ts'
import { createCalendars } from '../../src/desk/calendars.ts'
import { createAssets } from '../../src/http/assets.ts'
import { createMetrics } from '../../src/http/metrics.ts'
import { createServer, type Server } from '../../src/http/server.ts'
import { createLog } from '../../src/log.ts'
import { addSession, SESSION_COOKIE } from '../../src/officers/sessions.ts'
import type { Secrets } from '../../src/secrets.ts'

type Definitions = ReturnType<typeof readDefinitions>

const ROOT = join(import.meta.dirname, '../..')
const clock = systemClock()

export async function deskServer(sql: Sql, secrets: Secrets, definitions: Definitions): Promise<Server> {
  const log = createLog('error')
  const assets = createAssets({ console: join(ROOT, 'src/console/public') })
  const nothing = { waiting: 0, oldestSeconds: 0 }
  const backlogs = async () => ({ inbox: nothing, outbox: nothing })
  const app = await createServer({
    log,
    publicUrl: undefined,
    assets,
    metrics: createMetrics(),
    health: { database: async () => true, pendingMigrations: async () => [], channels: () => [], backlogs },
    state: { backlogs, ticketsByStatus: async () => ({}) },
    callsPerTenSeconds: 1_000_000,
  })
  const calendars = createCalendars(definitions.calendarBook)
  await calendars.refresh(sql)
  const services = {
    ...definitions,
    sql,
    clock,
    log,
    secrets,
    calendars,
    store: createFolderStore(join(tmpdir(), `cau-noi-bench-${process.pid}`)),
    fileLimits: () => null,
    assets,
    publicUrl: undefined,
    broadcasting: { rules: definitions.broadcastRules, lanes: [] },
  }
  await app.register((scope) => apiRoutes(scope, services))
  await app.register((scope) => consoleRoutes(scope, services))
  await app.ready()
  return app
}

/** A signed-in officer: calls an address and tells how long it took, and what came. */
export async function signedIn(app: Server, sql: Sql, username: string) {
  const [officer] = await sql<{ id: string }[]>`select id from officers where username = ${username}`
  if (officer === undefined) throw new Error(`There is no ${username}`)
  const { token } = await sql.begin((tx) => addSession(tx, officer.id, null, clock.now()))
  const cookies = { [SESSION_COOKIE]: token }
  return async (url: string): Promise<{ milliseconds: number; body: string }> => {
    const started = performance.now()
    const answer = await app.inject({ method: 'GET', url, cookies, headers: { host: 'localhost:3000' } })
    const milliseconds = performance.now() - started
    if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}`)
    return { milliseconds, body: answer.body }
  }
}

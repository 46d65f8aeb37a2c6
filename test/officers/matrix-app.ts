import { join } from 'node:path'
import { pino } from 'pino'
import { apiRoutes } from '../../src/api/routes.ts'
import { createZaloCare } from '../../src/channels/zalo/account-care.ts'
import type { Sql } from '../../src/db/client.ts'
import { setUnitSettings } from '../../src/desk/unit-settings.ts'
import type { Server } from '../../src/http/server.ts'
import { newId } from '../../src/ids.ts'
import type { Officer, Role } from '../../src/officers/permissions.ts'
import { ROLES } from '../../src/officers/permissions.ts'
import { addSession, SESSION_COOKIE } from '../../src/officers/sessions.ts'
import { readIndicators } from '../../src/reports/indicator.ts'
import { aDraft, broadcasting, services } from '../broadcasts/broadcast-builders.ts'
import { anAccount } from '../channels/zalo/account.ts'
import { aConsole } from '../console/console-app.ts'
import { aContact, anOfficer, aTicket, COMMUNE_UNIT, DEPARTMENT, desk, MONDAY, sound } from '../desk/desk-builders.ts'
import { TINY_JPEG } from '../fakes/zalo.ts'
import { productDefinitions, ROOT } from '../support/definitions.ts'

export type Who = Role | 'nobody'
export const WHO: readonly Who[] = ['nobody', ...ROLES]

/** What stands for `{…}` in the addresses of the table. */
export type Things = Record<'ticket' | 'officer' | 'unit' | 'uuid' | 'programme' | 'broadcast', string>

export interface MatrixApp {
  app: Server
  /** `GET /console/officers/:id`, every route but the ones for HEAD. */
  routes: string[]
  /** The status of a call by somebody with a fresh session. */
  call(who: Who, method: string, url: string, body: object | 'photo' | null): Promise<number>
  things: Things
}

/** Console and API over one database, with one officer of each role: those of a unit in that of the ticket, but the department's in another. */
export async function aMatrixApp(sql: Sql): Promise<MatrixApp> {
  const clock = { now: () => MONDAY }
  const { zalo, fake } = await anAccount(sql)
  const accountCare = createZaloCare({
    ...fake.settings,
    sql,
    secrets: desk.secrets,
    clock,
    zalo,
    codeVerifier: undefined,
  })
  const channelHealth = async () => []
  const app = await aConsole(sql, { callsPerTenSeconds: 1_000_000, accountCare, channelHealth, clock })
  const { understander, eligibility } = productDefinitions()
  await app.register((scope) =>
    apiRoutes(scope, {
      ...desk,
      sql,
      clock,
      log: pino({ level: 'silent' }),
      eligibility,
      understander,
      reports: sound(readIndicators(join(ROOT, 'flows'))),
      broadcasting,
    }),
  )
  await app.ready()
  const officers = new Map<Who, Officer>()
  for (const role of ROLES) {
    const inUnit = { commune_officer: COMMUNE_UNIT, head_of_unit: COMMUNE_UNIT, department_officer: DEPARTMENT }
    const unitId = role in inUnit ? inUnit[role as keyof typeof inUnit] : null
    officers.set(role, await anOfficer(sql, { unitId, roles: [role] }))
  }
  await setUnitSettings(sql, COMMUNE_UNIT, { assignment: 'by_hand', onCall: [] }, { officerId: newId() }, MONDAY)
  const other = await anOfficer(sql, { unitId: COMMUNE_UNIT })
  const { number } = await aTicket(sql, await aContact(sql))
  const editor = officers.get('editor') ?? other
  const broadcast = await aDraft(services(sql), editor)
  // Over: whoever may do something with it is told that it is too late.
  await sql`update broadcasts set status = 'cancelled', unit_id = ${DEPARTMENT} where id = ${broadcast.id}`

  return {
    app,
    routes: routesOf(app),
    things: {
      ticket: number,
      officer: other.id,
      unit: COMMUNE_UNIT,
      uuid: '00000000-0000-4000-8000-000000000000',
      broadcast: broadcast.id,
      programme: [...eligibility.programmes.keys()][0] ?? '',
    },
    async call(who, method, url, body) {
      const officer = officers.get(who)
      const token = officer && (await sql.begin((tx) => addSession(tx, officer.id, null, MONDAY))).token
      const answer = await app.inject({
        method: method as 'GET',
        url,
        // A stream that stays open has answered once its head was sent.
        payloadAsStream: true,
        headers: {
          host: 'localhost:3000',
          origin: 'http://localhost:3000',
          ...(method !== 'GET' && typeOf(url, body)),
        },
        ...(token === undefined ? {} : { cookies: { [SESSION_COOKIE]: token } }),
        ...(method === 'GET' ? {} : { payload: payloadOf(url, body, token) }),
      })
      answer
        .stream()
        .on('error', () => {})
        .destroy()
      return answer.statusCode
    },
  }
}

function typeOf(url: string, body: object | 'photo' | null): { 'content-type': string } {
  if (body === 'photo') return { 'content-type': 'image/jpeg' }
  return { 'content-type': url.startsWith('/console') ? 'application/x-www-form-urlencoded' : 'application/json' }
}

/** A page's form carries the officer's own token, so that an answer tells of the role and of nothing else. */
function payloadOf(url: string, body: object | 'photo' | null, token: string | undefined): string | Buffer {
  if (body === 'photo') return TINY_JPEG
  if (!url.startsWith('/console')) return JSON.stringify(body ?? {})
  const form_token = token === undefined ? '' : desk.secrets.sign('console-form', token)
  return new URLSearchParams({ form_token, ...(body as Record<string, string>) }).toString()
}

/** Every route that the server knows, from the tree that it prints of itself. */
function routesOf(app: Server): string[] {
  const path: string[] = []
  return app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const read = /^((?:│ {3}| {4})*)(?:├── |└── )(\S*)(?: \(([A-Z, ]+)\))?/.exec(line)
      if (read === null) return []
      const depth = (read[1] ?? '').length / 4
      path.length = depth
      path[depth] = read[2] ?? ''
      const methods = (read[3] ?? '').split(', ').filter((method) => !['', 'HEAD', 'OPTIONS'].includes(method))
      return methods.map((method) => `${method} ${path.join('')}`)
    })
    .sort()
}

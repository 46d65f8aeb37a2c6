/** The product's path of a chat update: webhook, inbox, worker with the real engine, outbox, dispatcher, Bot API. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFolderStore } from '../../src/attachments/folder-store.ts'
import { createTelegram } from '../../src/channels/telegram/adapter.ts'
import { telegramWebhook } from '../../src/channels/telegram/webhook.ts'
import { systemClock } from '../../src/clock.ts'
import { receive as receiveUpdates } from '../../src/conversation/receive.ts'
import { createWorker } from '../../src/conversation/worker.ts'
import { connect } from '../../src/db/client.ts'
import { migrate } from '../../src/db/migrate.ts'
import { readDefinitions } from '../../src/definitions/read-definitions.ts'
import { createCalendars } from '../../src/desk/calendars.ts'
import { createAssets } from '../../src/http/assets.ts'
import { createMetrics } from '../../src/http/metrics.ts'
import { createServer, listen } from '../../src/http/server.ts'
import { createLog } from '../../src/log.ts'
import { createInbox } from '../../src/messaging/inbox.ts'
import { createDispatcher } from '../../src/outbox/dispatch.ts'
import { createSecrets } from '../../src/secrets.ts'
import { settings } from './settings.ts'

const { databaseUrl, apiRoot, token, secret } = settings()
const log = createLog('error')
const sql = connect({ url: databaseUrl, max: 18 })
await migrate(sql)
const definitions = readDefinitions(join(import.meta.dirname, '../..'))
const { territory, calendarBook, texts } = definitions
const clock = systemClock()
const secrets = createSecrets(Buffer.alloc(32, 5))
const metrics = createMetrics()
const store = createFolderStore(join(tmpdir(), `cau-noi-bench-${process.pid}`))
const desk = { territory, calendars: createCalendars(calendarBook), texts, secrets, store, fileLimits: () => null }
const telegram = createTelegram({ token, apiRoot, clock })
// Telegram allows some thirty messages a second; what is measured here is what we could do.
const unlimited = {
  ...telegram,
  capabilities: {
    ...telegram.capabilities,
    ratePerSecond: Number.POSITIVE_INFINITY,
    perSecondPerContact: Number.POSITIVE_INFINITY,
  },
}
const dispatcher = createDispatcher({ sql, secrets, clock, log, metrics, adapters: [unlimited] })
const worker = createWorker({
  sql,
  secrets,
  clock,
  log,
  metrics,
  handle: (tx, received, now) => receiveUpdates(tx, { definitions, desk }, received, now),
  takeOver: (contact, outlet) => dispatcher.takeOver(contact, outlet),
})
const { receive } = createInbox({ sql, secrets, clock, metrics, onStored: worker.wake })
const backlogs = async () => ({ inbox: { waiting: 0, oldestSeconds: 0 }, outbox: { waiting: 0, oldestSeconds: 0 } })
const app = await createServer({
  log,
  publicUrl: undefined,
  assets: createAssets({}),
  metrics,
  health: { database: async () => true, pendingMigrations: async () => [], channels: () => [], backlogs },
  state: { backlogs, ticketsByStatus: async () => ({}) },
})
await app.register((scope) => telegramWebhook(scope, { api: telegram.api, secret, receive, texts, log }))
worker.start()
dispatcher.start()
process.stdout.write(`listening ${await listen(app, { host: '127.0.0.1', port: 0 })}\n`)

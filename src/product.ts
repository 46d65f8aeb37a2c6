import { join } from 'node:path'
import { exportRoutes } from './accounts/export-routes.ts'
import { describeApi } from './api/openapi.ts'
import { type ApiServices, apiRoutes } from './api/routes.ts'
import { createAccountLog } from './channels/account-log.ts'
import { createTelegram } from './channels/telegram/adapter.ts'
import { startPolling } from './channels/telegram/polling.ts'
import { registerWebhook } from './channels/telegram/register-webhook.ts'
import { telegramWebhook } from './channels/telegram/webhook.ts'
import { createWeb } from './channels/web/adapter.ts'
import { webChatRoutes } from './channels/web/routes.ts'
import { systemClock } from './clock.ts'
import { type Config, loadDataKey } from './config.ts'
import { consoleRoutes } from './console/routes.ts'
import { apologise } from './conversation/apologise.ts'
import { receive as receiveUpdates } from './conversation/receive.ts'
import { createWorker } from './conversation/worker.ts'
import { connect, type Sql } from './db/client.ts'
import { startEmbedded } from './db/embedded.ts'
import { migrate } from './db/migrate.ts'
import { readDefinitionsAside } from './definitions/read-definitions.ts'
import { closeSilent, lapseHandOffs, moveToSuccessors } from './desk/round.ts'
import { createAssets } from './http/assets.ts'
import { createMetrics } from './http/metrics.ts'
import { closeServer, createServer, listen } from './http/server.ts'
import type { Logger } from './log.ts'
import type { ChannelAdapter } from './messaging/channel.ts'
import { fetchAttachments } from './messaging/fetch-attachments.ts'
import { forget } from './messaging/forget.ts'
import { createInbox } from './messaging/inbox.ts'
import { openAttachment } from './messaging/open-attachment.ts'
import { createDemoAccounts } from './officers/demo-accounts.ts'
import { createDispatcher } from './outbox/dispatch.ts'
import { startRecurring } from './recurring.ts'
import { createSecrets } from './secrets.ts'
import { createStateOfWork } from './state-of-work.ts'
import { createZaloAccount } from './zalo-account.ts'

export interface Product {
  /** Where it answers, e.g. `http://127.0.0.1:3000`. */
  address: string
  /** The password made up for the demonstration accounts; null when it was given or made before. */
  madePassword: string | null
  channels: { id: string; on: boolean; reason: string | null }[]
  /** Fulfilled when the database of our own ended without being asked to: nothing works from then on. */
  databaseLost: Promise<void>
  /** Takes nothing new, finishes what is in hand, and lets go of the database. */
  stop(): Promise<void>
  /** For a stop that takes too long: ends the database of our own in good order and leaves the rest as it is. */
  cutShort(): Promise<void>
}

const ROOT = join(import.meta.dirname, '..')
const HOUR_MS = 3_600_000
const CONNECT_TRIES = 5
const CONNECT_PAUSE_MS = 1_500

/** Puts the parts together and starts them: the only place that knows them all. */
export async function startProduct(config: Config, log: Logger): Promise<Product> {
  const definitions = await readDefinitionsAside(ROOT)
  const { texts, territory, calendar, eligibility, understander } = definitions
  const clock = systemClock(config.clockOffsetSeconds)
  const secrets = createSecrets(loadDataKey(config))
  const embedded = config.databaseUrl === undefined ? await startEmbedded({ dataDir: config.dataDir, log }) : null
  const sql = connect({ url: embedded?.url ?? config.databaseUrl ?? '', max: 18 })
  try {
    await waitForDatabase(sql)
    await migrate(sql, log)
    const madePassword = config.demo
      ? await createDemoAccounts(sql, territory, { password: config.demoPassword ?? null }, clock.now())
      : null

    const metrics = createMetrics()
    const desk = { territory, calendar, texts, secrets }
    const worker = createWorker({
      sql,
      secrets,
      clock,
      log,
      metrics,
      handle: (tx, received, now) => receiveUpdates(tx, { definitions, desk, links }, received, now),
      apologise: (tx, contact, now) => apologise(tx, definitions, contact, now),
      takeOver: (contact, outlet) => dispatcher.takeOver(contact, outlet),
    })
    const { receive, lastUpdateAt } = createInbox({ sql, secrets, clock, metrics, onStored: worker.wake })

    const telegram =
      config.telegram === undefined
        ? null
        : createTelegram({
            token: config.telegram.token,
            apiRoot: config.telegram.apiRoot,
            clock,
            accountLog: (account) => createAccountLog({ sql, clock, log, channel: 'telegram', account }),
            openAttachment: (id) => openAttachment({ sql, secrets }, id),
          })
    const links = {
      telegram: (code: string) => telegram?.startLink(code) ?? null,
      publicUrl: config.publicUrl ?? null,
    }
    const zalo =
      config.zalo === undefined
        ? null
        : createZaloAccount({
            settings: config.zalo,
            sql,
            desk,
            clock,
            log,
            receive,
            openAttachment: (id) => openAttachment({ sql, secrets }, id),
            contactImageUrl: config.publicUrl?.startsWith('https:')
              ? `${config.publicUrl}/assets/chat/contact.png`
              : undefined,
          })
    const adapters: ChannelAdapter[] = [
      createWeb({ sql, secrets }),
      ...(telegram ? [telegram] : []),
      ...(zalo ? [zalo.channel] : []),
    ]
    const channels = [
      { id: 'web', on: true, reason: null },
      { id: 'telegram', on: telegram !== null, reason: telegram ? null : 'TELEGRAM_BOT_TOKEN is not set' },
      { id: 'zalo', on: zalo !== null, reason: zalo ? null : 'ZALO_APP_ID is not set' },
    ]
    const dispatcher = createDispatcher({ sql, secrets, clock, log, metrics, adapters })

    let isStopping = false
    const stopping = new AbortController()
    const assets = createAssets({
      console: join(ROOT, 'src/console/public'),
      chat: join(ROOT, 'src/channels/web/public'),
    })
    const state = createStateOfWork(sql)
    const app = await createServer({
      log,
      publicUrl: config.publicUrl,
      assets,
      metrics,
      health: {
        ...state,
        channels: () => channels.map((channel) => ({ ...channel, lastUpdateAt: lastUpdateAt(channel.id) })),
        isStopping: () => isStopping,
      },
      state,
    })
    const services: ApiServices = {
      sql,
      clock,
      log,
      secrets,
      texts,
      territory,
      calendar,
      eligibility,
      understander,
      publicUrl: config.publicUrl ?? null,
    }
    await describeApi(app)
    await app.register((scope) =>
      webChatRoutes(scope, { sql, secrets, receive, clock, log, texts, assets, publicUrl: config.publicUrl }),
    )
    if (telegram) {
      const { api, accountLog } = telegram
      const secret = config.publicUrl === undefined ? undefined : config.telegram?.webhookSecret
      await app.register((scope) => telegramWebhook(scope, { api, accountLog, secret, receive, texts, log }))
    }
    if (zalo) await app.register((scope) => zalo.routes(scope))
    await app.register(async (scope) => exportRoutes(scope, { sql, secrets, clock }))
    await app.register((scope) => apiRoutes(scope, services))
    await app.register((scope) =>
      consoleRoutes(scope, {
        ...services,
        assets,
        publicUrl: config.publicUrl,
        links,
        accountCare: zalo?.care,
        talkStanding: zalo?.talkStanding,
      }),
    )
    const address = await listen(app, config)

    worker.start()
    dispatcher.start()
    void telegram?.learnName()
    const incoming = !telegram
      ? null
      : config.publicUrl !== undefined && config.telegram?.webhookSecret !== undefined
        ? registerWebhook({
            api: telegram.api,
            accountLog: telegram.accountLog,
            publicUrl: config.publicUrl,
            secret: config.telegram.webhookSecret,
            texts,
            log,
          })
        : startPolling({ sql, api: telegram.api, accountLog: telegram.accountLog, receive, clock, log, texts })
    const recurring = startRecurring(sql, clock, log, [
      ...adapters.map((adapter) => ({
        name: `fetch-attachments-${adapter.id}`,
        everyMs: 1_000,
        run: () => fetchAttachments({ sql, secrets, clock, log, signal: stopping.signal }, adapter),
      })),
      ...(zalo?.works ?? []),
      { name: 'lapse-hand-offs', everyMs: 60_000, run: (now) => lapseHandOffs(sql, desk, now) },
      { name: 'close-silent', everyMs: HOUR_MS, run: (now) => closeSilent(sql, desk, now) },
      { name: 'move-to-successors', everyMs: HOUR_MS, run: (now) => moveToSuccessors(sql, desk, now) },
      { name: 'forget', everyMs: HOUR_MS, run: (now) => forget(sql, now, { log, signal: stopping.signal }) },
    ])

    return {
      address,
      madePassword,
      channels,
      databaseLost: new Promise((resolve) => {
        void embedded?.ended.then(() => {
          if (!isStopping) resolve()
        })
      }),
      cutShort: async () => embedded?.stop(),
      stop: async () => {
        isStopping = true
        stopping.abort()
        await incoming?.stop()
        await Promise.all([recurring.stop(), closeServer(app)])
        await worker.stop()
        await dispatcher.stop()
        telegram?.close()
        await zalo?.channel.close()
        await sql.end({ timeout: 2 })
        await embedded?.stop()
      },
    }
  } catch (error) {
    await sql.end({ timeout: 1 })
    await embedded?.stop()
    throw error
  }
}

/** The database did not answer at the start. */
export class DatabaseUnreachable extends Error {
  constructor(cause: unknown) {
    super('The database does not answer; check DATABASE_URL and that the server runs', { cause })
    this.name = 'DatabaseUnreachable'
  }
}

/** A server that starts beside us gets some seconds. */
async function waitForDatabase(sql: Sql): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await sql`select 1`
      return
    } catch (error) {
      if (attempt >= CONNECT_TRIES) throw new DatabaseUnreachable(error)
      await new Promise((resolve) => setTimeout(resolve, CONNECT_PAUSE_MS))
    }
  }
}

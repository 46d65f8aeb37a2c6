import { join } from 'node:path'
import { exportRoutes } from './accounts/export-routes.ts'
import { describeApi } from './api/openapi.ts'
import { type ApiServices, apiRoutes } from './api/routes.ts'
import { fetchAttachments } from './attachments/fetch-attachments.ts'
import { createFolderStore } from './attachments/folder-store.ts'
import { checkFolder } from './attachments/known-folder.ts'
import { createMover } from './attachments/move-contents.ts'
import { openOfficeFile } from './attachments/office-files.ts'
import { openAttachment } from './attachments/open-attachment.ts'
import { removeFiles, sweepFiles } from './attachments/remove-files.ts'
import { createS3Store } from './attachments/s3-store.ts'
import { chainHead } from './audit/verify.ts'
import { careForBroadcasts } from './broadcasts/care.ts'
import { createBroadcastSender } from './broadcasts/send.ts'
import { createBroadcastWorks } from './broadcasts/works.ts'
import { createAccountLog } from './channels/account-log.ts'
import { createChannelHealth } from './channels/health.ts'
import { createTelegram } from './channels/telegram/adapter.ts'
import { startPolling } from './channels/telegram/polling.ts'
import { registerWebhook } from './channels/telegram/register-webhook.ts'
import { telegramWebhook } from './channels/telegram/webhook.ts'
import { createWeb } from './channels/web/adapter.ts'
import { webChatRoutes } from './channels/web/routes.ts'
import { ZALO_WINDOW } from './channels/zalo/ledger.ts'
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
import { assignOpen, spreadWorkOfAway } from './desk/assign.ts'
import { createCalendars, keepFresh } from './desk/calendars.ts'
import { checkIn } from './desk/check-in.ts'
import { climbLadders } from './desk/escalate.ts'
import { fileFailed } from './desk/file-failed.ts'
import { reckonDeadlines } from './desk/reckon-deadlines.ts'
import { closeSilent, lapseHandOffs, moveToSuccessors } from './desk/round.ts'
import { createAssets } from './http/assets.ts'
import { createMetrics } from './http/metrics.ts'
import { closeServer, createServer, listen } from './http/server.ts'
import type { Logger } from './log.ts'
import type { ChannelAdapter } from './messaging/channel.ts'
import { forget } from './messaging/forget.ts'
import { createInbox } from './messaging/inbox.ts'
import { keepLastUpdates } from './messaging/last-updates.ts'
import { forgetNotices } from './notices/read-notices.ts'
import { officerChatWorks } from './officer-chat/works.ts'
import { createDemoAccounts } from './officers/demo-accounts.ts'
import { forgetOffers } from './openings/offers.ts'
import { countDeliveries } from './outbox/delivery-counts.ts'
import { createDispatcher } from './outbox/dispatch.ts'
import { startRecurring } from './recurring.ts'
import { rememberFor } from './remember.ts'
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
/** For so long anybody who asks how the channels are gets the same answer. */
const CHANNELS_GOOD_MS = 5_000
const CONNECT_TRIES = 5
const CONNECT_PAUSE_MS = 1_500

/** Puts the parts together and starts them: the only place that knows them all. */
export async function startProduct(config: Config, log: Logger): Promise<Product> {
  const definitions = await readDefinitionsAside(ROOT)
  const { texts, territory, calendarBook, eligibility, reports, understander } = definitions
  const clock = systemClock(config.clockOffsetSeconds)
  const secrets = createSecrets(loadDataKey(config))
  const embedded = config.databaseUrl === undefined ? await startEmbedded({ dataDir: config.dataDir, log }) : null
  const sql = connect({ url: embedded?.url ?? config.databaseUrl ?? '', max: 18 })
  try {
    await waitForDatabase(sql)
    await migrate(sql, log)
    log.info(await chainHead(sql), 'audit log')
    const madePassword = config.demo
      ? await createDemoAccounts(sql, territory, { password: config.demoPassword ?? null }, clock.now())
      : null

    const metrics = createMetrics()
    const folder = join(config.dataDir, 'attachments')
    if (config.attachmentsS3 === undefined && config.databaseUrl !== undefined) await checkFolder(sql, folder)
    const store = config.attachmentsS3 === undefined ? createFolderStore(folder) : createS3Store(config.attachmentsS3)
    const calendars = createCalendars(calendarBook)
    await calendars.refresh(sql)
    const fileLimits = (channel: string) => adapters.find(({ id }) => id === channel)?.capabilities.files ?? null
    const desk = { territory, calendars, texts, secrets, store, fileLimits }
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
    const { receive, lastUpdateAt } = createInbox({ sql, secrets, clock, log, metrics, onStored: worker.wake })

    const openFile = async (id: string) =>
      (await openAttachment({ sql, secrets, store, log }, id)) ?? openOfficeFile({ sql, secrets }, id)
    const telegram =
      config.telegram === undefined
        ? null
        : createTelegram({
            token: config.telegram.token,
            apiRoot: config.telegram.apiRoot,
            ratePerSecond: config.telegram.ratePerSecond,
            clock,
            accountLog: (account) => createAccountLog({ sql, clock, log, channel: 'telegram', account }),
            openAttachment: openFile,
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
            openAttachment: openFile,
            contactImageUrl: contactImageUrl(config),
          })
    const adapters: ChannelAdapter[] = [
      createWeb({ sql, secrets }),
      ...(telegram ? [telegram] : []),
      ...(zalo ? [zalo.channel] : []),
    ]
    const broadcasting = {
      rules: definitions.broadcastRules,
      lanes: adapters.map(({ id, account, capabilities }) => ({
        channel: id,
        account,
        capabilities,
        window: id === 'zalo' ? ZALO_WINDOW : null,
      })),
    }
    const channels = [
      { id: 'web', on: true, reason: null },
      { id: 'telegram', on: telegram !== null, reason: telegram ? null : 'TELEGRAM_BOT_TOKEN is not set' },
      { id: 'zalo', on: zalo !== null, reason: zalo ? null : 'ZALO_APP_ID is not set' },
    ]
    const dispatcher = createDispatcher({ sql, secrets, clock, log, metrics, adapters })
    const { rules } = broadcasting
    const sender = createBroadcastSender({
      sql,
      secrets,
      clock,
      log,
      texts,
      rules,
      metrics,
      adapters,
      account: dispatcher,
    })

    let isStopping = false
    const stopping = new AbortController()
    const assets = createAssets({
      console: join(ROOT, 'src/console/public'),
      chat: join(ROOT, 'src/channels/web/public'),
    })
    const channelHealth = createChannelHealth({ sql, clock, channels, lastUpdateAt, cares: { zalo: zalo?.care } })
    const channelFigures = rememberFor(channelHealth, CHANNELS_GOOD_MS)
    const state = { ...createStateOfWork(sql), channelFigures }
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
      store,
      fileLimits,
      texts,
      territory,
      calendars,
      eligibility,
      reports,
      understander,
      broadcasting,
      publicUrl: config.publicUrl ?? null,
    }
    await describeApi(app)
    await app.register((scope) =>
      webChatRoutes(scope, { sql, secrets, store, receive, clock, log, texts, assets, publicUrl: config.publicUrl }),
    )
    if (telegram) {
      const { api, accountLog } = telegram
      const secret = config.publicUrl === undefined ? undefined : config.telegram?.webhookSecret
      await app.register((scope) => telegramWebhook(scope, { api, accountLog, secret, receive, texts, log }))
    }
    if (zalo) await app.register((scope) => zalo.routes(scope))
    await app.register(async (scope) => exportRoutes(scope, { sql, secrets, store, log, clock }))
    await app.register((scope) => apiRoutes(scope, services))
    await app.register((scope) =>
      consoleRoutes(scope, {
        ...services,
        knowledge: definitions.knowledge,
        replyTemplates: definitions.replyTemplates,
        assets,
        publicUrl: config.publicUrl,
        links,
        accountCare: zalo?.care,
        channelHealth,
        talkStanding: zalo?.talkStanding,
      }),
    )
    const address = await listen(app, config)

    worker.start()
    dispatcher.start()
    sender.start()
    const freshCalendars = keepFresh(calendars, sql, log)
    const lastUpdates = keepLastUpdates({ sql, log, lastUpdateAt })
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
    const { signal } = stopping
    const mover = createMover({ sql, secrets, store, log, signal })
    const broadcastWorks = createBroadcastWorks(services, { clock, log })
    const recurring = startRecurring(sql, clock, log, [
      ...broadcastWorks.works,
      { name: 'care-for-broadcasts', everyMs: 1_000, run: (now) => careForBroadcasts({ sql, rules, log }, now) },
      ...adapters.map((adapter) => ({
        name: `fetch-attachments-${adapter.id}`,
        everyMs: 1_000,
        run: () =>
          fetchAttachments(
            {
              sql,
              secrets,
              store,
              clock,
              log,
              signal: stopping.signal,
              fileFailed: (file, now) => fileFailed(sql, desk, file, now),
            },
            adapter,
          ),
      })),
      ...(zalo?.works ?? []),
      ...officerChatWorks(sql, { desk, rules: definitions.officerChat, log }),
      { name: 'remove-files', everyMs: 5_000, run: () => removeFiles(sql, store, signal) },
      { name: 'move-contents', everyMs: 2_000, run: () => mover.run() },
      { name: 'sweep-files', everyMs: 6 * HOUR_MS, run: (now) => sweepFiles(sql, store, now, { log, signal }) },
      { name: 'delivery-counts', everyMs: 60_000, run: (now) => countDeliveries(sql, now) },
      { name: 'reckon-deadlines', everyMs: 30_000, run: (now) => reckonDeadlines(sql, desk, now) },
      { name: 'climb-ladders', everyMs: 60_000, run: (now) => climbLadders(sql, desk, now) },
      { name: 'spread-work', everyMs: 30_000, run: (now) => spreadWorkOfAway(sql, desk, now) },
      { name: 'assign-open', everyMs: 30_000, run: (now) => assignOpen(sql, desk, now) },
      { name: 'forget-notices', everyMs: HOUR_MS, run: (now) => forgetNotices(sql, now) },
      { name: 'lapse-hand-offs', everyMs: 60_000, run: (now) => lapseHandOffs(sql, desk, now) },
      { name: 'close-silent', everyMs: HOUR_MS, run: (now) => closeSilent(sql, desk, now) },
      { name: 'check-in', everyMs: HOUR_MS / 4, run: (now) => checkIn(sql, desk, now) },
      { name: 'forget-openings', everyMs: 6 * HOUR_MS, run: (now) => forgetOffers(sql, now) },
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
        await broadcastWorks.stop()
        await worker.stop()
        await Promise.all([dispatcher.stop(), sender.stop()])
        await lastUpdates.stop()
        await freshCalendars.stop()
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

/** Zalo fetches this picture itself, from a public https address only; a stand-in for Zalo on this machine fetches none. */
function contactImageUrl({ publicUrl, zalo }: Config): string | undefined {
  if (publicUrl?.startsWith('https:')) return `${publicUrl}/assets/chat/contact.png`
  return zalo?.apiRoot.startsWith('http:') ? `${zalo.apiRoot}/contact.png` : undefined
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

import type { FastifyInstance } from 'fastify'
import { type BroadcastReceipt, noteBroadcastReceipt } from './broadcasts/receipts.ts'
import { createZaloCare } from './channels/zalo/account-care.ts'
import { createZalo, type ZaloChannel } from './channels/zalo/adapter.ts'
import { ZALO_WINDOW } from './channels/zalo/ledger.ts'
import type { Receipt } from './channels/zalo/translate.ts'
import { zaloWebhook } from './channels/zalo/webhook.ts'
import type { Clock } from './clock.ts'
import type { ZaloSettings } from './config.ts'
import type { Sql } from './db/client.ts'
import { remindBeforeWindowCloses } from './desk/before-window-closes.ts'
import { noticeValues } from './desk/notice-values.ts'
import type { DeskServices } from './desk/services.ts'
import type { Logger } from './log.ts'
import type { AccountCare } from './messaging/account-care.ts'
import type { FetchedFile, Receive } from './messaging/channel.ts'
import { hashAddress } from './messaging/contact.ts'
import type { TalkStanding } from './messaging/reply-window.ts'
import { countWaitingForPerson, releaseWaiting } from './outbox/release-waiting.ts'
import type { RecurringWork } from './recurring.ts'

export interface ZaloAccountOptions {
  settings: ZaloSettings
  sql: Sql
  desk: DeskServices
  clock: Clock
  log: Logger
  receive: Receive
  openAttachment: (id: string) => Promise<FetchedFile | null>
  /** A picture at a public address, for Zalo's form that asks for name and phone. */
  contactImageUrl: string | undefined
}

/** The official account on Zalo with all that hangs on it. */
export interface ZaloAccount {
  channel: ZaloChannel
  care: AccountCare
  routes(app: FastifyInstance): Promise<void>
  works: RecurringWork[]
  /** What an officer's words to a contact would meet; null when the contact is on another channel. */
  talkStanding(contactId: string, now: Date): Promise<TalkStanding | null>
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** Whoever was silent for longer cannot be written to in any way. */
const WINDOW_KEPT_DAYS = 400

export function createZaloAccount(options: ZaloAccountOptions): ZaloAccount {
  const { settings, sql, desk, clock, log } = options
  const { secrets, territory } = desk
  const channel = createZalo({
    settings,
    sql,
    secrets,
    clock,
    log,
    openAttachment: options.openAttachment,
    noticeValues: (contactId) => noticeValues(sql, territory, contactId),
    contactImageUrl: options.contactImageUrl,
  })
  const { account, ledger, tokens, uploads } = channel
  const care = createZaloCare({ ...settings, sql, secrets, clock, zalo: channel })

  function asBroadcastReceipt(receipt: Receipt): BroadcastReceipt {
    const { at } = receipt
    const lane = { channel: 'zalo', account, at }
    if (receipt.kind === 'template') {
      const messageIds = receipt.messageId === null ? [] : [receipt.messageId]
      return { ...lane, addressHash: null, messageIds, isSeen: false }
    }
    const addressHash = hashAddress(secrets, { channel: 'zalo', account, address: receipt.address })
    return { ...lane, addressHash, messageIds: receipt.messageIds, isSeen: receipt.kind === 'seen' }
  }

  return {
    channel,
    care,
    routes: (app) =>
      zaloWebhook(app, {
        account,
        signing: { appId: settings.appId, secret: settings.officialAccountSecret },
        sql,
        ledger,
        clock,
        log,
        receive: options.receive,
        release: (address) =>
          releaseWaiting(
            sql,
            { channel: 'zalo', account, addressHash: hashAddress(secrets, { channel: 'zalo', account, address }) },
            clock.now(),
          ),
        noteReceipt: (receipt) => noteBroadcastReceipt(sql, asBroadcastReceipt(receipt)),
      }),
    works: [
      { name: 'zalo-tokens', everyMs: 5_000, run: () => tokens.keepFresh() },
      { name: 'zalo-quota', everyMs: HOUR_MS, run: () => care.askQuota() },
      {
        name: 'zalo-windows',
        everyMs: MINUTE_MS,
        run: (now) => remindBeforeWindowCloses(sql, desk, { id: 'zalo', account, rules: ZALO_WINDOW }, now),
      },
      {
        name: 'zalo-forget',
        everyMs: DAY_MS,
        run: async (now) => {
          await uploads.forget(now)
          await ledger.forget(new Date(now.getTime() - WINDOW_KEPT_DAYS * DAY_MS))
        },
      },
    ],
    async talkStanding(contactId, now) {
      const standing = await ledger.standingOfContact(contactId, now)
      return standing && { ...standing, waiting: await countWaitingForPerson(sql, contactId) }
    },
  }
}

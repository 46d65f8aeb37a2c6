import { createAccountLog } from '../../src/channels/account-log.ts'
import { createChannelHealth } from '../../src/channels/health.ts'
import { createZaloCare } from '../../src/channels/zalo/account-care.ts'
import type { Sql } from '../../src/db/client.ts'
import { newId } from '../../src/ids.ts'
import type { Account } from '../channels/zalo/account.ts'
import { anOfficer, MONDAY } from '../desk/desk-builders.ts'
import { secrets, silent, TestClock } from '../support/spine.ts'
import { aBrowser, aConsole, type Browser } from './console-app.ts'

const NO_MESSAGE = 987_654

export interface Settled {
  channel?: string
  state?: 'delivered' | 'refused' | 'parked' | 'uncertain' | 'dropped'
  failure?: string | null
  minutesAgo?: number
  author?: 'bot' | 'officer'
  sendClass?: 'talk' | 'bulk'
  contactId?: string
  messageId?: number
  count?: number
}

/** What waits, or came of it, at the channels; the page that tells of them, and the two addresses that tell the same. */
export async function theChannels(sql: Sql, options: { account?: Account; telegramIsOff?: boolean } = {}) {
  await sql`truncate outbox, delivery_counts, inbox, last_updates, signature_failures, channel_alarms`
  const clock = options.account?.clock ?? new TestClock(MONDAY)
  const zalo = options.account?.zalo
  const care =
    options.account &&
    zalo &&
    createZaloCare({ ...options.account.fake.settings, sql, secrets, clock, zalo, codeVerifier: undefined })
  const lastUpdates = new Map<string, Date>()
  const channelHealth = createChannelHealth({
    sql,
    clock,
    channels: [
      { id: 'web', on: true, reason: null },
      options.telegramIsOff
        ? { id: 'telegram', on: false, reason: 'TELEGRAM_BOT_TOKEN is not set' }
        : { id: 'telegram', on: true, reason: null },
      care ? { id: 'zalo', on: true, reason: null } : { id: 'zalo', on: false, reason: 'ZALO_APP_ID is not set' },
    ],
    lastUpdateAt: (channel) => lastUpdates.get(channel) ?? null,
    cares: { zalo: care },
  })
  const app = await aConsole(sql, { clock, channelHealth, accountCare: care })
  const minutesBefore = (minutes: number) => new Date(clock.now().getTime() - minutes * 60_000)
  const browserOf = async (officer: Parameters<typeof aBrowser>[2]) => aBrowser(app, sql, officer, clock.now())

  return {
    app,
    clock,
    channelHealth,
    lastUpdates,
    minutesBefore,
    browserOf,
    accountLog: (channel: string) =>
      createAccountLog({ sql, clock, log: silent, channel, account: `${channel} account` }),
    administrator: async (): Promise<Browser> =>
      browserOf(await anOfficer(sql, { roles: ['administrator'], unitId: null })),
    /** Messages that came to an end; the id of the last. */
    async settled(of: Settled = {}): Promise<number> {
      const at = minutesBefore(of.minutesAgo ?? 5)
      const rows = await sql<{ id: number }[]>`
        insert into outbox (contact_id, message_id, channel, account, send_class, author, priority, state, failure,
          not_before, created_at, settled_at, attempts)
        select ${of.contactId ?? newId()}, ${of.messageId ?? NO_MESSAGE}, ${of.channel ?? 'telegram'}, 'one',
          ${of.sendClass ?? 'talk'}, ${of.author ?? 'bot'}, 0, ${of.state ?? 'delivered'}, ${of.failure ?? null},
          ${at}, ${at}, ${at}, 1 from generate_series(1, ${of.count ?? 1}) returning id`
      return rows.at(-1)?.id ?? 0
    },
    async waits(of: { channel?: string; failure?: string; minutesAgo?: number; contactId?: string } = {}) {
      const at = minutesBefore(of.minutesAgo ?? 1)
      await sql`
        insert into outbox (contact_id, message_id, channel, account, send_class, author, priority, failure, not_before,
          created_at)
        values (${of.contactId ?? newId()}, 1, ${of.channel ?? 'telegram'}, 'one', 'talk', 'bot', 0, ${of.failure ?? null},
          ${at}, ${at})`
    },
    async came(of: { channel?: string; minutesAgo?: number } = {}) {
      await sql`insert into inbox (contact_id, channel, account, external_id, received_at)
        values (gen_random_uuid(), ${of.channel ?? 'telegram'}, 'one', gen_random_uuid()::text,
          ${minutesBefore(of.minutesAgo ?? 1)})`
    },
  }
}

/** The words of one channel's card, without what makes it HTML. */
export function cardOf(html: string, channel: string): string {
  return wordsOf(/<section class="card channel" id="channel-(\w+)"[\s\S]*?<\/section>/g, html, channel)
}

function wordsOf(cards: RegExp, html: string, channel: string): string {
  for (const match of html.matchAll(cards)) if (match[1] === channel) return plain(match[0])
  return ''
}

/** The words of the list of messages that wait for a person. */
export function setAsideOf(html: string): string {
  return plain(html.slice(html.indexOf('id="set-aside"')))
}

function plain(html: string): string {
  return html
    .replace(/<(style|title)[\s\S]*?<\/\1>/g, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
}

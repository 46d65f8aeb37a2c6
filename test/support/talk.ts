import { randomBytes } from 'node:crypto'
import { fastify } from 'fastify'
import { openAttachment } from '../../src/attachments/open-attachment.ts'
import { createTelegram } from '../../src/channels/telegram/adapter.ts'
import { translate } from '../../src/channels/telegram/translate.ts'
import { createWeb } from '../../src/channels/web/adapter.ts'
import type { Clock } from '../../src/clock.ts'
import { receive } from '../../src/conversation/receive.ts'
import { createWorker } from '../../src/conversation/worker.ts'
import type { Sql } from '../../src/db/client.ts'
import { createCalendars } from '../../src/desk/calendars.ts'
import type { DeskServices } from '../../src/desk/services.ts'
import { createLog } from '../../src/log.ts'
import type { ChannelAdapter } from '../../src/messaging/channel.ts'
import { createInbox } from '../../src/messaging/inbox.ts'
import { type Message, talkEntrySchema } from '../../src/messaging/message.ts'
import type { Update, UpdateBody } from '../../src/messaging/update.ts'
import { createDispatcher } from '../../src/outbox/dispatch.ts'
import { createSecrets, openJson } from '../../src/secrets.ts'
import { createZaloAccount, type ZaloAccount } from '../../src/zalo-account.ts'
import { type FakeTelegram, startFakeTelegram } from '../fakes/telegram.ts'
import { type FakeZalo, startFakeZalo } from '../fakes/zalo.ts'
import { productDefinitions } from './definitions.ts'
import { aStore } from './store.ts'

export type TalkChannel = 'web' | 'telegram' | 'zalo'

/** The spine without a port: inbox, engine, outbox and the real adapters over one database, moved on by hand. */
export interface Spine {
  sql: Sql
  clock: Clock & { set(at: Date): void }
  desk: DeskServices
  telegram: FakeTelegram
  zalo: FakeZalo
  zaloAccount: ZaloAccount
  /** Stores updates, handles them and sends what they cause. */
  take(updates: readonly Update[]): Promise<void>
  /** Sends what officers caused. */
  settle(): Promise<void>
  adapters: { telegram: ChannelAdapter & { account: string }; web: ChannelAdapter; zalo: ChannelAdapter }
  close(): Promise<void>
}

export async function startSpine(sql: Sql, start = new Date('2026-11-23T02:00:00Z')): Promise<Spine> {
  let now = start
  const clock = {
    now: () => now,
    set: (at: Date) => {
      now = at
    },
  }
  const definitions = productDefinitions()
  const secrets = createSecrets(randomBytes(32))
  const desk: DeskServices = {
    territory: definitions.territory,
    calendars: createCalendars(definitions.calendarBook),
    texts: definitions.texts,
    secrets,
    store: aStore(),
    fileLimits: () => null,
  }
  const log = createLog('error')
  const fake = await startFakeTelegram()
  const telegram = createTelegram({
    token: fake.token,
    apiRoot: fake.apiRoot,
    clock,
    openAttachment: (id) => openAttachment({ sql, secrets, store: desk.store, log }, id),
  })
  const web = createWeb({ sql, secrets })
  const worker = createWorker({
    sql,
    secrets,
    clock,
    log,
    handle: (tx, received, at) => receive(tx, { definitions, desk }, received, at),
  })
  const inbox = createInbox({ sql, secrets, clock, onStored: () => {} })
  const fakeZalo = await startFakeZalo({ now: () => clock.now() })
  const zaloAccount = createZaloAccount({
    settings: { ...fakeZalo.settings, codeVerifier: undefined, ratePerSecond: undefined },
    sql,
    desk,
    clock,
    log,
    receive: (updates) => inbox.receive(updates),
    openAttachment: async () => null,
    contactImageUrl: undefined,
  })
  const { channel } = zaloAccount
  // The rate of an account is another test's business; here it would only take time.
  const zalo: ChannelAdapter = { ...channel, capabilities: { ...channel.capabilities, ratePerSecond: 10_000 } }
  const quick = (one: ChannelAdapter): ChannelAdapter => ({
    ...one,
    capabilities: { ...one.capabilities, perSecondPerContact: Number.POSITIVE_INFINITY },
  })
  const app = fastify()
  await zaloAccount.routes(app)
  fakeZalo.listenAt(`${await app.listen({ port: 0, host: '127.0.0.1' })}/webhooks/zalo`)
  const dispatcher = createDispatcher({ sql, secrets, clock, log, adapters: [quick(telegram), web, zalo] })
  const settle = async () => {
    // As the product does every few seconds: days may have gone by.
    await channel.tokens.keepFresh()
    await worker.handleDue(clock.now())
    await dispatcher.dispatchDue(clock.now())
  }
  return {
    sql,
    clock,
    desk,
    telegram: fake,
    zalo: fakeZalo,
    zaloAccount,
    adapters: { telegram, web, zalo },
    take: async (updates) => {
      await inbox.receive(updates)
      await settle()
    },
    settle,
    close: async () => {
      await worker.stop()
      await dispatcher.stop()
      telegram.close()
      await fake.close()
      await app.close()
      await channel.close()
      await fakeZalo.close()
    },
  }
}

let people = 0

/** One person's talk on one channel. */
export class Talk {
  readonly spine: Spine
  readonly channel: TalkChannel
  private readonly chatId: number
  private seen = 0
  private sent = 0

  constructor(spine: Spine, channel: TalkChannel) {
    this.spine = spine
    this.channel = channel
    this.chatId = 500_000 + ++people
  }

  get address(): string {
    return this.channel === 'web' ? `visitor-${this.chatId}` : String(this.chatId)
  }

  async says(text: string): Promise<void> {
    if (this.channel === 'web') return this.takeWeb({ kind: 'text', text })
    if (this.channel === 'zalo') return this.takeZalo((person) => person.says(text))
    await this.takeTelegram(await this.spine.telegram.person(this.chatId).says(text))
  }

  /** Quotes the newest message that holds these words; the page in the browser has no quotes. */
  async quotes(words: string, text: string): Promise<void> {
    if (this.channel === 'telegram') {
      const quoted = this.spine.telegram.received(this.chatId).findLast((message) => message.text.includes(words))
      const replyTo = quoted?.messageId
      if (replyTo === undefined) throw new Error(`No message with "${words}"`)
      return this.takeTelegram(await this.spine.telegram.person(this.chatId).says(text, { replyTo }))
    }
    if (this.channel === 'zalo') {
      const quoting = this.spine.zalo
        .received(this.address)
        .findLast((message) => message.text.includes(words))?.messageId
      if (quoting === undefined) throw new Error(`No message with "${words}"`)
      return this.takeZalo((person) => person.says(text, { quoting }))
    }
    throw new Error('The page in the browser has no quotes')
  }

  async starts(): Promise<void> {
    if (this.channel === 'web') return this.takeWeb({ kind: 'start', payload: null })
    if (this.channel === 'zalo') return this.takeZalo((person) => person.follows())
    await this.takeTelegram(await this.spine.telegram.person(this.chatId).starts())
  }

  async sendsPhoto(): Promise<void> {
    const file = {
      media: 'photo' as const,
      externalId: 'web-photo',
      attachmentId: null,
      mediaType: 'image/jpeg',
      sizeBytes: 1_000,
      name: null,
      caption: null,
    }
    if (this.channel === 'web') return this.takeWeb({ kind: 'file', file })
    if (this.channel === 'zalo') return this.takeZalo((person) => person.sendsPhoto())
    await this.takeTelegram(await this.spine.telegram.person(this.chatId).sendsPhoto())
  }

  /** Taps the newest button whose label begins so. */
  async taps(label: string): Promise<void> {
    const action = (await this.received())
      .flatMap((message) => message.actions)
      .findLast((one) => one.label.startsWith(label))
    if (!action) throw new Error(`No button "${label}" on ${this.channel}`)
    if (this.channel === 'web') return this.takeWeb({ kind: 'action', actionId: action.id })
    if (this.channel === 'zalo') return this.takeZalo((person) => person.taps(action.label))
    await this.takeTelegram(await this.spine.telegram.person(this.chatId).taps(action.label))
  }

  /** What reached the person since the last time this was asked. */
  async hears(): Promise<Message[]> {
    const all = await this.received()
    // Somebody who was forgotten begins anew, also in what was said to them.
    const fresh = all.slice(all.length < this.seen ? 0 : this.seen)
    this.seen = all.length
    return fresh
  }

  private async received(): Promise<Message[]> {
    if (this.channel === 'telegram') {
      return this.spine.telegram.received(this.chatId).map((message) => ({
        text: message.text,
        actions: message.buttons.map((button) => ({ id: button.data, label: button.label })),
        attachmentId: null,
      }))
    }
    if (this.channel === 'zalo') {
      return this.spine.zalo.received(this.address).map((message) => ({
        text: message.text,
        actions: message.buttons.map((button) => ({ id: button.payload, label: button.label })),
        attachmentId: null,
      }))
    }
    const rows = await this.spine.sql<{ sealed_body: Buffer; sealed_key: Buffer }[]>`
      select m.sealed_body, c.sealed_key from messages m join contacts c on c.id = m.contact_id
      where (exists (select from outbox o where o.message_id = m.id and o.state = 'delivered')
          or exists (select from broadcast_recipients r where r.message_id = m.id)) and c.channel = 'web' and c.address_hash = ${this.spine.desk.secrets.keyedHash('address', `web\0web\0${this.address}`)}
      order by m.id`
    return rows.map((row) => {
      const entry = talkEntrySchema.parse(
        openJson(this.spine.desk.secrets.openPersonKey(row.sealed_key), row.sealed_body),
      )
      return { text: entry.text, actions: entry.actions, attachmentId: null }
    })
  }

  private async takeZalo(act: (person: ReturnType<FakeZalo['person']>) => Promise<unknown>): Promise<void> {
    await act(this.spine.zalo.person(this.address))
    await this.spine.settle()
  }

  private async takeWeb(body: UpdateBody): Promise<void> {
    const id = `${this.address}-${++this.sent}`
    await this.spine.take([
      {
        channel: 'web',
        account: 'web',
        address: this.address,
        externalId: id,
        body,
        messageId: id,
        quotedMessageId: null,
      },
    ])
  }

  private async takeTelegram(update: Parameters<typeof translate>[0]): Promise<void> {
    const translated = translate(update, this.spine.adapters.telegram.account)
    if (translated) await this.spine.take([translated])
  }
}

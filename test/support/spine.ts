import type { Clock } from '../../src/clock.ts'
import type { Handle, UpdateInHand } from '../../src/conversation/take-turns.ts'
import { createWorker, type Worker, type WorkerOptions } from '../../src/conversation/worker.ts'
import type { Sql } from '../../src/db/client.ts'
import type { ChannelAdapter, Delivery, DeliveryOutcome } from '../../src/messaging/channel.ts'
import { createInbox, type Inbox } from '../../src/messaging/inbox.ts'
import type { Update, UpdateBody } from '../../src/messaging/update.ts'
import { createDispatcher, type Dispatcher } from '../../src/outbox/dispatch.ts'
import { enqueue } from '../../src/outbox/enqueue.ts'
import { createSecrets, openJson, sealJson } from '../../src/secrets.ts'

export const secrets = createSecrets(Buffer.alloc(32, 7))
export const silent = { info() {}, warn() {}, error() {} }

/** A clock that stands until it is moved. */
export class TestClock implements Clock {
  at: Date

  constructor(at = new Date('2026-11-23T08:00:00+07:00')) {
    this.at = at
  }

  now(): Date {
    return this.at
  }

  wait(seconds: number): Date {
    this.at = new Date(this.at.getTime() + seconds * 1_000)
    return this.at
  }
}

/** A channel that keeps what it was given. `answers` decides what comes of each delivery; delivered unless it says otherwise. */
export interface TestChannel extends ChannelAdapter {
  readonly delivered: Delivery[]
  readonly attempts: Delivery[]
  answers: (delivery: Delivery) => DeliveryOutcome | Promise<DeliveryOutcome>
  textsTo(address: string): string[]
}

export function aChannel(
  options: { account?: string; ratePerSecond?: number; perSecondPerContact?: number } = {},
): TestChannel {
  const delivered: Delivery[] = []
  const attempts: Delivery[] = []
  const channel: TestChannel = {
    id: 'telegram',
    account: options.account ?? 'bot',
    capabilities: {
      buttons: true,
      textLength: 4_096,
      ratePerSecond: options.ratePerSecond ?? 100_000,
      burstPerContact: 5,
      perSecondPerContact: options.perSecondPerContact ?? Number.POSITIVE_INFINITY,
      files: { 'image/jpeg': 1_048_576, 'application/pdf': 1_048_576 },
      replyWindowHours: null,
    },
    delivered,
    attempts,
    answers: (delivery) => ({ kind: 'delivered', externalId: `m${delivery.id}` }),
    async deliver(delivery) {
      attempts.push(delivery)
      const outcome = await channel.answers(delivery)
      if (outcome.kind === 'delivered') delivered.push(delivery)
      return outcome
    },
    fetchFile: async () => null,
    textsTo: (address) => delivered.filter((one) => one.address === address).map((one) => one.message.text),
  }
  return channel
}

let count = 0

/** An update as a channel hands it over; each has an id of its own unless given. */
export function anUpdate(address: string, text: string, options: Partial<Update> = {}): Update {
  const body: UpdateBody = { kind: 'text', text }
  const externalId = `u${++count}`
  return {
    channel: 'telegram',
    account: 'bot',
    address,
    externalId,
    body,
    messageId: null,
    quotedMessageId: null,
    ...options,
  }
}

/** Handles one update, whether or not it came together with those of others. */
type HandleOne = (tx: Parameters<Handle>[0], row: UpdateInHand, now: Date) => Promise<void>

/** Stands for the engine: writes down what was said and says it back, in the same transaction. */
export const echo: HandleOne = async (tx, { contact, update }, now) => {
  const text = update.body.kind === 'text' ? update.body.text : update.body.kind
  const said = { text, actions: [], attachmentIds: [] }
  await tx`insert into messages (contact_id, author, sealed_body, created_at)
    values (${contact.id}, 'citizen', ${sealJson(contact.key, said)}, ${now})`
  await enqueue(tx, {
    contact,
    author: 'bot',
    messages: [{ text: `nghe: ${text}`, actions: [], attachmentId: null }],
    now,
  })
}

export interface Spine {
  inbox: Inbox
  worker: Worker
  dispatcher: Dispatcher
  /** What a person said, as it took effect, in order. */
  said(address: string): Promise<string[]>
}

/** Inbox, worker and dispatcher as one process has them. */
export function aSpine(
  sql: Sql,
  options: { clock: Clock; channels?: TestChannel[]; handle?: HandleOne } & Partial<Omit<WorkerOptions, 'handle'>>,
): Spine {
  const { clock, channels = [], handle = echo, ...rest } = options
  const dispatcher = createDispatcher({ sql, secrets, clock, log: silent, adapters: channels })
  const handleAll: Handle = async (tx, rows, now) => {
    for (const row of rows) await handle(tx, row, now)
  }
  const worker = createWorker({ sql, secrets, clock, log: silent, handle: handleAll, ...rest })
  const inbox = createInbox({ sql, secrets, clock, onStored: worker.wake })
  return { inbox, worker, dispatcher, said: (address) => saidBy(sql, address) }
}

/** Words of a citizen in the order in which they took effect. */
export async function saidBy(sql: Sql, address: string): Promise<string[]> {
  const hash = secrets.keyedHash('address', `telegram\0bot\0${address}`)
  const rows = await sql<{ sealed_key: Buffer; sealed_body: Buffer }[]>`
    select c.sealed_key, m.sealed_body from messages m join contacts c on c.id = m.contact_id
    where c.address_hash = ${hash} and m.author = 'citizen' order by m.id`
  return rows.map((row) => (openJson(secrets.openPersonKey(row.sealed_key), row.sealed_body) as { text: string }).text)
}

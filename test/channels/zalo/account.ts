import { randomBytes } from 'node:crypto'
import { fastify } from 'fastify'
import { createZalo, type ZaloChannel, type ZaloOptions } from '../../../src/channels/zalo/adapter.ts'
import { zaloWebhook } from '../../../src/channels/zalo/webhook.ts'
import type { Sql } from '../../../src/db/client.ts'
import { hashAddress, newContact } from '../../../src/messaging/contact.ts'
import type { Message } from '../../../src/messaging/message.ts'
import type { Update } from '../../../src/messaging/update.ts'
import { releaseWaiting } from '../../../src/outbox/release-waiting.ts'
import { NOW } from '../../contracts/channel-contract.ts'
import { type FakeZalo, OA_SECRET, startFakeZalo, TINY_JPEG } from '../../fakes/zalo.ts'
import { secrets, TestClock } from '../../support/spine.ts'

export const silent = { info() {}, warn() {}, error() {}, debug() {} }
export const hour = (count: number) => count * 3_600
export const day = (count: number) => hour(24 * count)
export const words = (text: string): Message => ({ text, actions: [], attachmentId: null })
export const PDF = Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n')

export interface Account extends AsyncDisposable {
  fake: FakeZalo
  zalo: ZaloChannel
  clock: TestClock
  updates: Update[]
  url: string
  breakDatabase(): void
  deliver(address: string, message: Message | string, sendClass?: 'talk' | 'bulk'): ReturnType<ZaloChannel['deliver']>
  /** A contact of ours at this address; returns its id. */
  contact(address: string, options?: { consented?: boolean }): Promise<string>
}

export interface AccountOptions extends Partial<Pick<ZaloOptions, 'noticeValues' | 'timeoutMs' | 'contactImageUrl'>> {
  receive?: (updates: readonly Update[]) => Promise<void>
  patienceMs?: number
  /** Leaves the account without tokens. */
  isNew?: boolean
}

/** One official account at a fake of Zalo, with tokens and a webhook; apart from all others in the same database. */
export async function anAccount(sql: Sql, options: AccountOptions = {}): Promise<Account> {
  const clock = new TestClock(NOW)
  const fake = await startFakeZalo({ now: () => clock.now() })
  // Accounts of one test file share a database: what they keep there is told apart by the first token alone.
  await sql`delete from zalo_tokens`
  await sql`delete from zalo_uploads`
  await sql`delete from channel_alarms`

  const settings = fake.settings
  const zalo = createZalo({
    settings,
    sql,
    secrets,
    clock,
    log: silent,
    openAttachment: async (id) =>
      id === 'paper'
        ? { content: TINY_JPEG, mediaType: 'image/jpeg' }
        : id === 'form'
          ? { content: PDF, mediaType: 'application/pdf' }
          : id === 'huge'
            ? { content: randomBytes(2_000_000), mediaType: 'image/jpeg' }
            : null,
    noticeValues:
      options.noticeValues ?? (async () => ({ ticket: 'HY-2026-000007', unit: 'Xã A', date: '23/11/2026' })),
    contactImageUrl: options.contactImageUrl,
    ...(options.timeoutMs !== undefined && { timeoutMs: options.timeoutMs }),
  })
  if (!options.isNew) await zalo.tokens.keepFresh()
  const updates: Update[] = []
  let isBroken = false
  const app = fastify()
  await zaloWebhook(app, {
    account: zalo.account,
    signing: { appId: settings.appId, secret: OA_SECRET },
    sql,
    ledger: zalo.ledger,
    clock,
    log: silent,
    ...(options.patienceMs !== undefined && { patienceMs: options.patienceMs }),
    noteReceipt: async () => {},
    release: (address) =>
      releaseWaiting(sql, { channel: 'zalo', account: zalo.account, addressHash: hashOf(zalo, address) }, clock.now()),
    receive:
      options.receive ??
      (async (batch) => {
        if (isBroken) throw new Error('the database is down')
        updates.push(...batch)
      }),
  })
  const url = `${await app.listen({ port: 0, host: '127.0.0.1' })}/webhooks/zalo`
  fake.listenAt(url)
  return {
    fake,
    zalo,
    clock,
    updates,
    url,
    breakDatabase() {
      isBroken = true
    },
    deliver: (address, message, sendClass) =>
      zalo.deliver({
        id: 1,
        contactId: '00000000-0000-4000-8000-000000000001',
        address,
        message: typeof message === 'string' ? words(message) : message,
        ...(sendClass && { sendClass }),
      }),
    async contact(address, { consented = true } = {}) {
      const made = newContact(secrets, { channel: 'zalo', account: zalo.account, address })
      await sql`delete from contacts where address_hash = ${made.addressHash}`
      await sql`insert into contacts (id, channel, account, address_hash, sealed_address, sealed_key, created_at, consent_at)
        values (${made.id}, 'zalo', ${zalo.account}, ${made.addressHash}, ${made.sealedAddress}, ${made.sealedKey}, ${clock.now()},
          ${consented ? clock.now() : null})`
      return made.id
    },
    async [Symbol.asyncDispose]() {
      await app.close()
      await zalo.close()
      await fake.close()
    },
  }
}

function hashOf(zalo: ZaloChannel, address: string): Buffer {
  return hashAddress(secrets, { channel: 'zalo', account: zalo.account, address })
}

/** A person nobody met before. */
export function somebody(): string {
  return `u${randomBytes(6).toString('hex')}`
}

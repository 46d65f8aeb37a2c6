import { join } from 'node:path'
import { type BroadcastContent, contentHash, contentSchema } from '../../src/broadcasts/broadcast.ts'
import { readBroadcastRules } from '../../src/broadcasts/rules.ts'
import { createBroadcastSender } from '../../src/broadcasts/send.ts'
import type { AccountHold } from '../../src/broadcasts/send-lane.ts'
import type { Sql } from '../../src/db/client.ts'
import { loadTexts } from '../../src/i18n.ts'
import { newId } from '../../src/ids.ts'
import type { ChannelAdapter } from '../../src/messaging/channel.ts'
import { hashAddress, newContact } from '../../src/messaging/contact.ts'
import { ROOT } from '../support/definitions.ts'
import { secrets, silent, type TestClock } from '../support/spine.ts'

export const texts = loadTexts(join(ROOT, 'locales'))
const read = readBroadcastRules(join(ROOT, 'flows'))
if ('faults' in read) throw new Error('flows/broadcasts.yaml has faults')
export const rules = read.value

const NO_HOLD: AccountHold = { heldUntil: () => null, hold() {} }

/** One process that sends. */
export function aSender(sql: Sql, options: { clock: TestClock; adapters: ChannelAdapter[]; account?: AccountHold }) {
  return createBroadcastSender({ sql, secrets, log: silent, texts, rules, account: NO_HOLD, ...options })
}

export interface Recipient {
  id: string
  address: string
  channel: string
  account: string
}

/** Somebody who consented and can be reached on this channel. */
export async function aRecipient(
  sql: Sql,
  channel: Pick<ChannelAdapter, 'id' | 'account'>,
  options: { address?: string; language?: string; personId?: string | null } = {},
): Promise<Recipient> {
  const address = options.address ?? String(Math.floor(Math.random() * 1e12) + 1)
  const where = { channel: channel.id, account: channel.account, address }
  const made = newContact(secrets, where)
  await sql`insert into contacts (id, channel, account, address_hash, sealed_address, sealed_key, language, person_id,
      consent_version, consent_at, created_at)
    values (${made.id}, ${channel.id}, ${channel.account}, ${hashAddress(secrets, where)}, ${made.sealedAddress},
      ${made.sealedKey}, ${options.language ?? 'vi'}, ${options.personId ?? null}, 1, now(), now())`
  return { id: made.id, address, channel: channel.id, account: channel.account }
}

/** Two chats of one person. */
export async function join2(sql: Sql, one: Recipient, other: Recipient): Promise<void> {
  await sql`update contacts set person_id = ${one.id} where id in (${one.id}, ${other.id})`
}

export type Sent = Partial<BroadcastContent> & {
  status?: string
  notAfter?: Date
  corrects?: string | null
  startedAt?: Date
}

/** A message that is frozen for these people and on its way unless told otherwise. */
export async function aBroadcast(sql: Sql, people: readonly Recipient[], options: Sent = {}): Promise<string> {
  const { status = 'sending', notAfter = null, corrects = null, startedAt, ...given } = options
  const content = contentSchema.parse({
    kind: 'duty',
    topic: 'social-assistance',
    texts: { vi: { text: 'Từ ngày mai, quý vị nhận trợ cấp tại nhà văn hóa.' } },
    audience: {},
    ...given,
  })
  const id = newId()
  const at = startedAt ?? new Date('2026-11-23T07:59:30+07:00')
  await sql`insert into broadcasts (id, status, kind, topic, unit_id, author_id, content, content_hash, schedule_at, not_after,
      frozen_at, started_at, corrects, last_seq, created_at, updated_at)
    values (${id}, ${status}, ${content.kind}, ${content.topic}, null, ${newId()}, ${sql.json(content as never)},
      ${contentHash(content)}, ${at}, ${notAfter}, ${at}, ${at}, ${corrects}, 0, ${at}, ${at})`
  await sql`insert into broadcast_recipients (broadcast_id, contact_id, channel, account, state)
    select ${id}::uuid, id, channel, account, 'waiting' from contacts
    where id in ${sql(people.map((person) => person.id))}`
  return id
}

export async function rowOf(sql: Sql, broadcastId: string, person: Recipient) {
  const [row] = await sql<
    { state: string; reason: string | null; external_id: string | null; cost: number | null; attempts: number }[]
  >`
    select state, reason, external_id, cost, attempts from broadcast_recipients
    where broadcast_id = ${broadcastId} and contact_id = ${person.id}`
  if (row === undefined) throw new Error('no such row')
  return row
}

export const stateOf = async (sql: Sql, broadcastId: string, person: Recipient) =>
  (await rowOf(sql, broadcastId, person)).state

export async function statusOf(sql: Sql, broadcastId: string) {
  const [row] = await sql<{ status: string; paused_reason: string | null }[]>`
    select status, paused_reason from broadcasts where id = ${broadcastId}`
  return row
}

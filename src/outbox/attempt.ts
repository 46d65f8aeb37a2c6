import type { Sql } from '../db/client.ts'
import type { Logger } from '../log.ts'
import type { ChannelAdapter, DeliveryOutcome } from '../messaging/channel.ts'
import { type Message, talkEntrySchema } from '../messaging/message.ts'
import { open, openJson, type Secrets } from '../secrets.ts'
import type { ClaimedRow } from './exchange.ts'

export interface AttemptServices {
  adapter: ChannelAdapter
  sql: Sql
  log: Pick<Logger, 'error'>
  now: () => Date
}

/** A message that this process has claimed. */
export type Attempted = Pick<
  ClaimedRow,
  'id' | 'contact_id' | 'message_id' | 'send_class' | 'attempts' | 'created_at' | 'parts_sent'
>

export interface Opened {
  address: string
  message: Message
}

/** Null when the person was erased meanwhile, or when it cannot be read: it will never be. */
export function openRow(secrets: Secrets, row: ClaimedRow): Opened | null {
  if (row.sealed_key === null || row.sealed_address === null || row.sealed_body === null) return null
  try {
    const key = secrets.openPersonKey(row.sealed_key)
    const { text, actions, attachmentIds, asks } = talkEntrySchema.parse(openJson(key, row.sealed_body))
    const address = open(key, row.sealed_address).toString()
    return { address, message: { text, actions, attachmentId: attachmentIds[0] ?? null, asks } }
  } catch {
    return null
  }
}

/** One try at sending; `tooLate` settles it when the adapter does not come back. */
export async function attempt(
  { adapter, sql, log, now }: AttemptServices,
  row: Attempted,
  opened: Opened | null,
  tooLate: Promise<DeliveryOutcome>,
): Promise<DeliveryOutcome> {
  if (opened === null) return { kind: 'refused', reason: 'bad-message' }
  try {
    const outcome = await Promise.race([
      adapter.deliver({
        id: row.id,
        contactId: row.contact_id,
        sendClass: row.send_class === 'bulk' ? 'bulk' : 'talk',
        partsSent: row.parts_sent,
        ...opened,
      }),
      tooLate,
    ])
    if (outcome.kind === 'refused' && (outcome.reason === 'blocked' || outcome.reason === 'bad-address')) {
      await sql`update contacts set unreachable_at = ${now()} where id = ${row.contact_id}`
    }
    return outcome
  } catch (error) {
    log.error({ err: error, outboxId: row.id, channel: adapter.id }, 'an attempt broke off')
    return { kind: 'uncertain', reason: 'broke off' }
  }
}

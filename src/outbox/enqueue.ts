import type { Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import type { Message, TalkEntry } from '../messaging/message.ts'
import { type Key, sealJson } from '../secrets.ts'

/** Messages to one contact, caused by one step or one officer's action. */
export interface Enqueued {
  /** `channel` and `account` are read from the contact when left out. */
  contact: { id: string; key: Key; channel?: string; account?: string }
  author: 'bot' | 'officer'
  officerId?: string | null
  ticketId?: number | null
  messages: readonly Message[]
  /** `talk` is sent again when its outcome is not known; `bulk` never. */
  sendClass?: 'talk' | 'bulk'
  now: Date
}

/**
 * Queues messages in the transaction that caused them; the caller holds the contact's lock, so ids give the order in
 * which they leave. Returns the ids of the talk's messages.
 *
 * Only an officer's words notify the dispatchers: a notification is a lock over the whole database at commit, which costs
 * half of the steps per second. What the bot says is sent by the process that took the step, or found by the next look.
 */
export async function enqueue(tx: Transaction, { contact, messages, now, ...rest }: Enqueued): Promise<number[]> {
  if (messages.length === 0) return []
  const sealed = messages.map((message) => {
    const entry: TalkEntry = {
      text: message.text,
      actions: message.actions,
      attachmentIds: message.attachmentId === null ? [] : [message.attachmentId],
    }
    return sealJson(contact.key, entry)
  })
  const sendClass = rest.sendClass ?? 'talk'
  const [rows] = await Promise.all([
    tx<{ id: number }[]>`
      with said as (
        insert into messages (contact_id, author, officer_id, ticket_id, sealed_body, created_at)
        select ${contact.id}, ${rest.author}, ${rest.officerId ?? null}::uuid, ${rest.ticketId ?? null}::bigint, body, ${now}
        from unnest(${list(tx, sealed)}::bytea[]) with ordinality as part(body, place) order by place
        returning id
      ), queued as (
        insert into outbox (contact_id, message_id, channel, account, send_class, author, priority, not_before, created_at)
        select ${contact.id}, said.id, c.channel, c.account, ${sendClass}, ${rest.author},
          ${sendClass === 'bulk' ? 1 : 0}, ${now}, ${now}
        from said, contacts c where c.id = ${contact.id} order by said.id
      )
      select id from said order by id`,
    rest.author === 'officer' ? tx`select pg_notify('outbox', '')` : null,
  ])
  return rows.map((row) => row.id)
}

/** Drops what the bot still had to say: an officer took the talk over. Messages in the middle of a call are not touched. */
export async function dropBotMessages(tx: Transaction, contactId: string, now: Date): Promise<void> {
  await tx`update outbox set state = 'dropped', settled_at = ${now}
    where contact_id = ${contactId} and state = 'waiting' and author = 'bot' and (lease_until is null or lease_until < ${now})`
}

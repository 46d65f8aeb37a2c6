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

/** A message that left the database already claimed by the process that queued it. */
export interface Outgoing {
  id: number
  contactId: string
  messageId: number
  message: Message
  createdAt: Date
}

/** What one transaction queued, for the process that sends it after the commit. */
export interface Outlet {
  /** The first message, when nothing waited before it; others follow it by the usual way. */
  first: Outgoing | null
  /** Something else waits to be claimed. */
  isWaiting: boolean
}

/** A killed process holds its messages up for no longer than this. */
export const LEASE_MS = 5_000

const outlets = new WeakMap<Transaction, Outlet>()

/**
 * Says that this process sends what the transaction queues as soon as it is committed: the first message is then born
 * claimed, which saves writing and reading it once more.
 */
export function openOutlet(tx: Transaction): Outlet {
  const outlet: Outlet = { first: null, isWaiting: false }
  outlets.set(tx, outlet)
  return outlet
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
  const outlet = sendClass === 'talk' ? outlets.get(tx) : undefined
  const leaseUntil = outlet === undefined ? null : new Date(now.getTime() + LEASE_MS)
  const [rows] = await Promise.all([
    tx<{ id: number; outbox_id: number; is_claimed: boolean }[]>`
      with said as (
        insert into messages (contact_id, author, officer_id, ticket_id, sealed_body, created_at)
        select ${contact.id}, ${rest.author}, ${rest.officerId ?? null}::uuid, ${rest.ticketId ?? null}::bigint, body, ${now}
        from unnest(${list(tx, sealed)}::bytea[]) with ordinality as part(body, place) order by place
        returning id
      ), claimed as (
        select min(id) as id from said
        where ${leaseUntil}::timestamptz is not null and not exists (
          select from outbox where contact_id = ${contact.id} and state = 'waiting' and priority = 0)
      ), queued as (
        insert into outbox (contact_id, message_id, channel, account, send_class, author, priority, not_before, created_at,
          attempts, lease_until)
        select ${contact.id}, said.id, c.channel, c.account, ${sendClass}, ${rest.author},
          ${sendClass === 'bulk' ? 1 : 0}, ${now}, ${now},
          case when said.id = claimed.id then 1 else 0 end, case when said.id = claimed.id then ${leaseUntil}::timestamptz end
        from said cross join claimed, contacts c where c.id = ${contact.id} order by said.id
        returning id, message_id, lease_until is not null as is_claimed
      )
      select message_id as id, id as outbox_id, is_claimed from queued order by message_id`,
    rest.author === 'officer' ? tx`select pg_notify('outbox', '')` : null,
  ])
  const [first] = rows
  const [message] = messages
  if (outlet !== undefined && first?.is_claimed && message !== undefined) {
    outlet.first = { id: first.outbox_id, contactId: contact.id, messageId: first.id, message, createdAt: now }
  } else if (outlet !== undefined) outlet.isWaiting = true
  return rows.map((row) => row.id)
}

/** Drops what the bot still had to say: an officer took the talk over. Messages in the middle of a call are not touched. */
export async function dropBotMessages(tx: Transaction, contactId: string, now: Date): Promise<void> {
  await tx`update outbox set state = 'dropped', settled_at = ${now}
    where contact_id = ${contactId} and state = 'waiting' and author = 'bot' and (lease_until is null or lease_until < ${now})`
}

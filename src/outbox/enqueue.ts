import type { Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import { together } from '../db/pipeline.ts'
import type { Message, TalkEntry } from '../messaging/message.ts'
import { type Key, sealJson } from '../secrets.ts'
import { leftLately } from './exchange.ts'

/** Messages to one contact, caused by one step or one officer's action. */
export interface Enqueued {
  contact: { id: string; key: Key }
  /** `desk`: words to an officer in their own chat, which are no part of anybody's talk. */
  author: 'bot' | 'officer' | 'desk'
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
  /** When the last messages to the contact left. */
  leftAt: readonly number[]
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

const outlets = new WeakMap<Transaction, Map<string, Outlet>>()

/**
 * Says that this process sends what the transaction queues for a contact as soon as it is committed: the first message
 * is then born claimed, which saves writing and reading it once more.
 */
export function openOutlet(tx: Transaction, contactId: string): Outlet {
  const outlet: Outlet = { first: null, isWaiting: false }
  const open = outlets.get(tx) ?? new Map<string, Outlet>()
  outlets.set(tx, open.set(contactId, outlet))
  return outlet
}

/** As `enqueueAll`, for one contact. */
export async function enqueue(tx: Transaction, batch: Enqueued): Promise<number[]> {
  const [ids] = await enqueueAll(tx, [batch])
  return ids ?? []
}

/**
 * Queues messages in the transaction that caused them; the caller holds the contacts' locks, so ids give the order in
 * which they leave. A contact stands in `batches` once. Returns the ids of the talk's messages, batch by batch.
 *
 * Only an officer's and the desk's words notify the dispatchers: a notification is a lock over the whole database at commit, which costs
 * half of the steps per second. What the bot says is sent by the process that took the step, or found by the next look.
 */
export async function enqueueAll(tx: Transaction, batches: readonly Enqueued[]): Promise<number[][]> {
  const parts = batches.flatMap((batch) => batch.messages.map((message) => ({ ...batch, message })))
  if (parts.length === 0) return batches.map(() => [])
  const latest = new Date(Math.max(...batches.map(({ now }) => now.getTime())))
  const outletOf = ({ contact, sendClass }: Enqueued) =>
    sendClass === 'bulk' ? undefined : outlets.get(tx)?.get(contact.id)
  const column = (of: (part: (typeof parts)[number]) => string | number | Date | Uint8Array | null) =>
    list(tx, parts.map(of))
  const [rows] = await together([
    tx<{ id: number; contact_id: string; outbox_id: number; is_claimed: boolean; left_at: number[] | null }[]>`
      with given as materialized (
        select ${column(({ contact }) => contact.id)}::uuid[] as contact_id, ${column(({ author }) => author)}::text[] as author,
          ${column(({ officerId }) => officerId ?? null)}::uuid[] as officer_id,
          ${column(({ ticketId }) => ticketId ?? null)}::bigint[] as ticket_id,
          ${column(({ contact, message }) => sealJson(contact.key, entryOf(message)))}::bytea[] as body,
          ${column(({ sendClass }) => sendClass ?? 'talk')}::text[] as send_class,
          ${column(({ now }) => now)}::timestamptz[] as created_at,
          ${column((part) => (outletOf(part) ? LEASE_MS / 1_000 : null))}::float8[] as lease
      ), part as materialized (
        select p.* from given g, unnest(g.contact_id, g.author, g.officer_id, g.ticket_id, g.body, g.send_class,
          g.created_at, g.lease) with ordinality
          as p(contact_id, author, officer_id, ticket_id, body, send_class, created_at, lease, place)
      ), said as (
        insert into messages (contact_id, author, officer_id, ticket_id, sealed_body, created_at)
        select contact_id, author, officer_id, ticket_id, body, created_at from part order by place
        returning id, contact_id
      ), first as (
        select s.contact_id, min(s.id) as id from said s group by s.contact_id
      ), about as (
        select distinct on (contact_id) contact_id, author, send_class, created_at, lease from part
      ), queued as (
        insert into outbox (contact_id, message_id, channel, account, send_class, author, priority, not_before, created_at,
          attempts, lease_until)
        select c.id, said.id, c.channel, c.account, about.send_class, about.author,
          case about.send_class when 'bulk' then 1 else 0 end, about.created_at, about.created_at,
          case when claim.yes then 1 else 0 end, case when claim.yes then clock_timestamp() + make_interval(secs => about.lease) end
        from said join about using (contact_id) join first using (contact_id) join contacts c on c.id = said.contact_id
        cross join lateral (
          select said.id = first.id and about.lease is not null and not exists (
            select from outbox o where o.contact_id = c.id and o.state = 'waiting' and o.priority = 0) as yes
        ) as claim
        order by said.id
        returning id, contact_id, message_id, lease_until is not null as is_claimed,
          case when lease_until is not null then ${leftLately(tx, tx`outbox.contact_id`, latest)} end as left_at
      )
      select message_id as id, contact_id, id as outbox_id, is_claimed, left_at from queued order by message_id`,
    batches.some(({ author }) => author !== 'bot') ? tx`select pg_notify('outbox', '')` : null,
  ])
  return batches.map((batch) => {
    const own = rows.filter((row) => row.contact_id === batch.contact.id)
    const [first] = own
    const [message] = batch.messages
    const outlet = outletOf(batch)
    if (outlet !== undefined && first?.is_claimed && message !== undefined) {
      const { contact, now } = batch
      outlet.first = {
        id: first.outbox_id,
        contactId: contact.id,
        messageId: first.id,
        message,
        createdAt: now,
        leftAt: first.left_at ?? [],
      }
    } else if (outlet !== undefined && own.length > 0) outlet.isWaiting = true
    return own.map((row) => row.id)
  })
}

function entryOf(message: Message): TalkEntry {
  const attachmentIds = message.attachmentId === null ? [] : [message.attachmentId]
  return { text: message.text, actions: message.actions, attachmentIds, asks: message.asks }
}

/**
 * Drops what the bot still had to say: an officer took the talk over. A message in the middle of a call cannot be called
 * back; when it is known not to have left, it is dropped then.
 */
export async function dropBotMessages(tx: Transaction, contactId: string, now: Date): Promise<void> {
  const isOnItsWay = tx`coalesce(lease_until > clock_timestamp(), false)`
  await tx`update outbox set withdrawn_at = ${now}, state = case when ${isOnItsWay} then state else 'dropped' end,
      settled_at = case when ${isOnItsWay} then settled_at else ${now}::timestamptz end
    where contact_id = ${contactId} and state = 'waiting' and author = 'bot'`
}

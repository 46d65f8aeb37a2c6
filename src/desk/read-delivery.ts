import type { Sql, Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import { reasonOf } from '../outbox/delivery-counts.ts'
import { OUTSIDE_WINDOW } from '../outbox/release-waiting.ts'

/**
 * What came of words to the person. `waits`: they leave once the person writes. `failed`: they have not arrived, or
 * nobody knows. `withdrawn`: an officer took the talk over before the bot had said it.
 */
export interface MessageDelivery {
  state: 'sent' | 'sending' | 'waits' | 'retrying' | 'failed' | 'withdrawn'
  /** Of few words; null where there is none. */
  reason: string | null
}

/** As the outbox has it. */
interface Queued {
  state: string
  failure: string | null
}

/** The outbox forgets its rows after some days; what failed is on the message as well. Null: nobody knows any more. */
export function deliveryOf(
  message: { undelivered: string | null; externalId: string | null },
  queued: Queued | undefined,
  waitsForPerson: boolean,
): MessageDelivery | null {
  const failed = (failure: string | null) => ({ state: 'failed', reason: reasonOf(failure) || null }) as const
  switch (queued?.state) {
    case 'delivered':
      return { state: 'sent', reason: null }
    case 'waiting':
      if (waitsForPerson) return { state: 'waits', reason: OUTSIDE_WINDOW }
      return queued.failure === null
        ? { state: 'sending', reason: null }
        : { state: 'retrying', reason: reasonOf(queued.failure) }
    case 'refused':
    case 'parked':
    case 'uncertain':
      return failed(queued.failure)
    default:
      if (message.undelivered !== null) return failed(message.undelivered)
      if (queued?.state === 'dropped') return { state: 'withdrawn', reason: null }
      return message.externalId === null ? null : { state: 'sent', reason: null }
  }
}

export interface Deliveries {
  byMessage: ReadonlyMap<number, Queued>
  /** Contacts whose messages wait until they write. */
  waitedFor: ReadonlySet<string>
}

/** What the outbox holds of some contacts' messages. */
export async function readQueued(sql: Sql | Transaction, contactIds: readonly string[]): Promise<Deliveries> {
  if (contactIds.length === 0) return { byMessage: new Map(), waitedFor: new Set() }
  const ids = sql`${list(sql, contactIds)}::uuid[]`
  // Two looks, each by an index of its own.
  const rows = await sql<(Queued & { message_id: number; contact_id: string })[]>`
    select message_id, contact_id, state, failure from outbox where contact_id = any (${ids}) and state = 'waiting'
    union all
    select message_id, contact_id, state, failure from outbox where contact_id = any (${ids}) and settled_at is not null`
  const isWaited = ({ state, failure }: Queued) => state === 'waiting' && failure === OUTSIDE_WINDOW
  return {
    byMessage: new Map(rows.map(({ message_id, state, failure }) => [message_id, { state, failure }])),
    waitedFor: new Set(rows.flatMap((row) => (isWaited(row) ? row.contact_id : []))),
  }
}

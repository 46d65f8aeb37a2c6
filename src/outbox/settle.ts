import type { Sql } from '../db/client.ts'
import type { DeliveryOutcome } from '../messaging/channel.ts'
import type { Claimed } from './claim.ts'

const MOST_ATTEMPTS = 10
const LONGEST_BACKOFF_MS = 300_000

/** When a message that did not leave is tried again: 1 s, 2 s, 4 s … five minutes. */
export function nextAttemptAt(attempts: number, now: Date, notBefore: Date): Date {
  const backoff = Math.min(LONGEST_BACKOFF_MS, 1_000 * 2 ** Math.max(0, attempts - 1))
  return new Date(Math.max(notBefore.getTime(), now.getTime() + backoff))
}

/** Writes down what came of one attempt. */
export async function settle(sql: Sql, row: Claimed, outcome: DeliveryOutcome, now: Date): Promise<void> {
  switch (outcome.kind) {
    case 'delivered':
      await sql`with sent as (
          update outbox set state = 'delivered', settled_at = ${now}, lease_until = null where id = ${row.id} returning message_id
        ) update messages set external_id = ${outcome.externalId} from sent where messages.id = sent.message_id`
      return
    case 'retry':
      await later(sql, row, nextAttemptAt(row.attempts, now, outcome.notBefore), outcome.reason, now)
      return
    case 'hold':
      await sql`update outbox set lease_until = null, not_before = ${outcome.until}, attempts = attempts - 1, failure = ${outcome.reason} where id = ${row.id}`
      return
    case 'uncertain':
      if (row.send_class === 'bulk') {
        await sql`update outbox set state = 'uncertain', settled_at = ${now}, lease_until = null, failure = ${outcome.reason} where id = ${row.id}`
        return
      }
      await later(sql, row, nextAttemptAt(row.attempts, now, now), outcome.reason, now)
      return
    case 'refused':
      await sql`update outbox set state = 'refused', settled_at = ${now}, lease_until = null, failure = ${outcome.reason} where id = ${row.id}`
      if (outcome.reason === 'blocked' || outcome.reason === 'bad-address') {
        await sql`update contacts set unreachable_at = ${now} where id = ${row.contact_id}`
      }
      return
    default:
      outcome satisfies never
  }
}

/** Tried again later; given up after many attempts, so that it does not stand before the contact's next message for ever. */
async function later(sql: Sql, row: Claimed, at: Date, reason: string, now: Date): Promise<void> {
  if (row.attempts >= MOST_ATTEMPTS) {
    await sql`update outbox set state = 'refused', settled_at = ${now}, lease_until = null, failure = ${`gave-up: ${reason}`} where id = ${row.id}`
    return
  }
  await sql`update outbox set lease_until = null, not_before = ${at}, failure = ${reason} where id = ${row.id}`
}

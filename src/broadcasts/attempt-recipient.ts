import type { Sql } from '../db/client.ts'
import type { Texts } from '../i18n.ts'
import type { Logger } from '../log.ts'
import type { ChannelAdapter, DeliveryOutcome, SendCost } from '../messaging/channel.ts'
import type { Message } from '../messaging/message.ts'
import { open, type Secrets, sealJson } from '../secrets.ts'
import { actionIdOf } from './actions.ts'
import type { ActiveBroadcast } from './active.ts'
import type { ClaimedRecipient } from './claim.ts'
import { composeMessage } from './compose-message.ts'
import type { BroadcastRules } from './rules.ts'

export interface AttemptServices {
  adapter: ChannelAdapter
  sql: Sql
  secrets: Secrets
  log: Pick<Logger, 'error'>
  texts: Texts
  now: () => Date
}

/** One try at sending to somebody who was taken from the line. `sealBody`: what they were told, for their talk. */
export async function attemptRecipient(
  services: AttemptServices,
  broadcast: ActiveBroadcast,
  row: ClaimedRecipient,
  /** Settles it when the adapter does not come back. */
  tooLate: Promise<DeliveryOutcome>,
): Promise<{ outcome: DeliveryOutcome; sealBody: () => Buffer | null }> {
  const opened = openRecipient(services, broadcast, row)
  if (opened === null) return { outcome: { kind: 'refused', reason: 'bad-message' }, sealBody: () => null }
  const outcome = await deliver(services, broadcast, row, opened, tooLate)
  return { outcome, sealBody: () => sealJson(opened.key, entryOf(opened.message)) }
}

/** Null when it cannot be read: it will never be. */
function openRecipient({ secrets, texts, log }: AttemptServices, broadcast: ActiveBroadcast, row: ClaimedRecipient) {
  try {
    const key = secrets.openPersonKey(row.sealedKey)
    const address = open(key, row.sealedAddress).toString()
    const message = composeMessage(
      broadcast.content,
      row.language,
      texts,
      (tap) => actionIdOf(secrets, row.contactId, tap),
      broadcast.id,
    )
    return { key, address, message }
  } catch (error) {
    log.error({ err: error, broadcast: broadcast.id }, 'a recipient could not be read')
    return null
  }
}

async function deliver(
  { adapter, sql, log, now }: AttemptServices,
  broadcast: ActiveBroadcast,
  row: ClaimedRecipient,
  { address, message }: { address: string; message: Message },
  tooLate: Promise<DeliveryOutcome>,
): Promise<DeliveryOutcome> {
  const { contactId, deliveryId: id, partsSent } = row
  const template = broadcast.content.zalo_template
  try {
    const sent = adapter.deliver({ id, contactId, address, message, sendClass: 'bulk', partsSent, template })
    const outcome = await Promise.race([sent, tooLate])
    if (outcome.kind === 'refused' && (outcome.reason === 'blocked' || outcome.reason === 'bad-address')) {
      // Whatever becomes of this note, what came of the attempt stands.
      await sql`update contacts set unreachable_at = ${now()} where id = ${contactId}`.catch((error: unknown) =>
        log.error({ err: error, channel: adapter.id }, 'it was not noted that somebody is unreachable'),
      )
    }
    return outcome
  } catch (error) {
    log.error({ err: error, broadcast: broadcast.id, channel: adapter.id }, 'an attempt broke off')
    return { kind: 'uncertain', reason: 'broke off' }
  }
}

/** In đồng, as the channel told it or the office knows it; null while nobody does. */
export function costOf(outcome: DeliveryOutcome, adapter: ChannelAdapter, rules: BroadcastRules): number | null {
  if (outcome.kind !== 'delivered') return null
  const isFree = adapter.capabilities.replyWindowHours === null
  const cost: SendCost | null = outcome.cost ?? (isFree ? { tariff: 'free', price: null } : null)
  return cost === null ? null : (cost.price ?? rules.channels[adapter.id].costs[cost.tariff]?.dong ?? null)
}

function entryOf({ text, actions, attachmentId }: Message) {
  return { text, actions, attachmentIds: attachmentId === null ? [] : [attachmentId] }
}

import { homeOf } from '../accounts/join.ts'
import { replyToBroadcast } from '../broadcasts/replies.ts'
import type { PersonContacts } from '../broadcasts/subscriptions.ts'
import { localDay } from '../clock.ts'
import { formatDay } from '../i18n.ts'
import type { ContactRow } from '../messaging/contact.ts'
import type { Message } from '../messaging/message.ts'
import type { Effect } from './effects.ts'
import type { Performance } from './perform.ts'
import { renderLine } from './render.ts'

/** The contacts of the person, for whatever a person has once. */
export function contactsOf(contact: ContactRow, people: readonly ContactRow[]): PersonContacts {
  return { homeId: homeOf(contact, people).id, ids: people.map(({ id }) => id) }
}

/** Brings the words to the unit that sent the message, and says where they went. */
export async function tellUnit(
  { tx, desk, turn, session, contact }: Performance,
  { ids }: PersonContacts,
  effect: Extract<Effect, { kind: 'replyToBroadcast' }>,
): Promise<Message[]> {
  const { now, communeCode } = turn.situation
  const { broadcastId, words, messageIds, attachmentIds } = effect
  const reply = { broadcastId, contact, contactIds: ids, communeCode, words, messageIds, attachmentIds }
  const outcome = await replyToBroadcast(tx, desk, reply, now)
  if (outcome.kind === 'gone') return renderLine(turn, session, { key: 'news.tell.gone' })
  const { number } = outcome
  if (outcome.kind === 'added') return renderLine(turn, session, { key: 'news.tell.added', values: { number } })
  const values = { number, unit: outcome.unitName[session.language], day: formatDay(localDay(outcome.dueAt)) }
  return renderLine(turn, session, { key: 'news.tell.filed', values })
}

import type { Transaction } from '../db/client.ts'
import { drizzleOn } from '../db/drizzle.ts'
import type { Action, Message, TalkEntry } from '../messaging/message.ts'
import { messages } from '../messaging/tables.ts'
import { dropBotMessages, enqueue } from '../outbox/enqueue.ts'
import { type Key, sealJson } from '../secrets.ts'
import { type LockedTicket, takeTalk } from './locked-ticket.ts'
import { walkInWords } from './tables.ts'

/** What an officer says to the citizen. */
export interface Spoken {
  text: string
  actions?: Action[]
  attachmentIds?: readonly string[]
  /** Whether the citizen's next words are meant for the officer, so that the bot falls silent. */
  takesTalk: boolean
}

/** An action on a ticket in the middle of its transaction. `key` is known: an erased person is not spoken to. */
export interface Speaker extends LockedTicket {
  tx: Transaction
  key: Key
  /** The chat in which the person is written to; null for somebody without one. */
  reach: { id: string; key: Key } | null
  officerId: string
  now: Date
}

/**
 * Queues words for the citizen and returns the id of their message; further files follow as messages without words. For somebody without a chat they are kept on the ticket
 * alone: the officer says them in person.
 */
export async function speakToCitizen(speaker: Speaker, spoken: Spoken): Promise<number> {
  const { tx, reach, people, ticket, officerId, now } = speaker
  const attachmentIds = [...(spoken.attachmentIds ?? [])]
  if (reach === null) return keepWalkInWords(speaker, 'officer', { text: spoken.text, actions: [], attachmentIds })
  if (spoken.takesTalk && (await takeTalk(tx, speaker))) {
    for (const { id } of people) await dropBotMessages(tx, id, now)
  }
  const said: Message[] = [
    { text: spoken.text, actions: spoken.actions ?? [], attachmentId: attachmentIds[0] ?? null },
    ...attachmentIds.slice(1).map((attachmentId) => ({ text: '', actions: [], attachmentId })),
  ]
  const [first] = await enqueue(tx, {
    contact: reach,
    author: 'officer',
    officerId,
    ticketId: ticket.id,
    messages: said,
    now,
  })
  if (first === undefined) throw new Error('The message was queued without being kept')
  return first
}

/** Words that stay among officers; sealed like the talk, never sent. */
export async function keepNote(speaker: Speaker, text: string, attachmentIds: readonly string[] = []): Promise<number> {
  const entry: TalkEntry = { text, actions: [], attachmentIds: [...attachmentIds] }
  if (speaker.contact === null) return keepWalkInWords(speaker, 'note', entry)
  const [row] = await drizzleOn(speaker.tx)
    .insert(messages)
    .values({
      contactId: speaker.contact.id,
      author: 'note',
      officerId: speaker.officerId,
      ticketId: speaker.ticket.id,
      sealedBody: sealJson(speaker.key, entry),
      createdAt: speaker.now,
    })
    .returning({ id: messages.id })
  if (!row) throw new Error('The note was not kept')
  return row.id
}

async function keepWalkInWords(speaker: Speaker, author: 'officer' | 'note', entry: TalkEntry): Promise<number> {
  const [row] = await drizzleOn(speaker.tx)
    .insert(walkInWords)
    .values({
      ticketId: speaker.ticket.id,
      author,
      officerId: speaker.officerId,
      sealedBody: sealJson(speaker.key, entry),
      createdAt: speaker.now,
    })
    .returning({ id: walkInWords.id })
  if (!row) throw new Error('The words were not kept')
  return row.id
}

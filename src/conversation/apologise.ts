import type { Transaction } from '../db/client.ts'
import { LANGUAGES } from '../i18n.ts'
import type { ContactRow } from '../messaging/contact.ts'
import { enqueue } from '../outbox/enqueue.ts'
import type { Definitions } from './situation.ts'

/** Tells a person that we could not handle what they said, and what to do. The fault is ours and stands in the log. */
export async function apologise(
  tx: Transaction,
  { texts }: Definitions,
  contact: ContactRow,
  now: Date,
): Promise<void> {
  // An officer holds the talk: the bot is silent, and what could not be handled stands in the log.
  if (contact.talkTicketId !== null) return
  const language = LANGUAGES.find((one) => one === contact.language) ?? 'vi'
  const message = { text: texts.text(language, 'engine.trouble'), actions: [], attachmentId: null }
  await enqueue(tx, { contact, author: 'bot', messages: [message], now })
}

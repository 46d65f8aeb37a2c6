import type { Sql, Transaction } from '../db/client.ts'
import type { DeskServices } from '../desk/services.ts'
import { lockContactRows, openContact } from '../messaging/contact.ts'
import { enqueue } from '../outbox/enqueue.ts'
import { dropDeskMessages } from './drop.ts'

/**
 * Takes a chat from an officer at once: whatever was still to be said there is not sent, buttons are dead, and the chat is
 * told in one line that it is nobody's desk any more. Says whether it was theirs.
 */
export async function unlinkChat(
  sql: Sql,
  { secrets, texts }: Pick<DeskServices, 'secrets' | 'texts'>,
  { contactId, officerId }: { contactId: string; officerId: string },
  now: Date,
): Promise<boolean> {
  return (await sql.begin(async (tx) => {
    const gone = await tx`delete from officer_contacts
      where contact_id = ${contactId} and officer_id = ${officerId} returning 1`
    if (gone.length === 0) return false
    await forgetChat(tx, contactId, now)
    const [row] = await lockContactRows(tx, [contactId], { skipBusy: false })
    const contact = row === undefined ? null : openContact(secrets, row)
    if (contact === null || contact.channel === 'web') return true
    const text = texts.text(contact.language === 'en' ? 'en' : 'vi', 'officer_chat.unlinked')
    await enqueue(tx, { contact, author: 'bot', messages: [{ text, actions: [], attachmentId: null }], now })
    return true
  })) as boolean
}

/** Nothing of an officer's talk is left in the chat's name. */
export async function forgetChat(tx: Transaction, contactId: string, now: Date): Promise<void> {
  await dropDeskMessages(tx, [contactId], now)
  await tx`delete from officer_chats where contact_id = ${contactId}`
  await tx`delete from officer_chat_actions where contact_id = ${contactId}`
  await tx`delete from officer_chat_replies where contact_id = ${contactId}`
}

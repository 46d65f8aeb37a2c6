import { list } from '../db/list.ts'
import { seal } from '../secrets.ts'
import type { Deed } from './deed.ts'
import type { Hand } from './hand.ts'

/** Keeps a reply until its files have been fetched from the officer's chat; `sendReplies` sends it then. */
export async function queueReply(
  { tx, contact, officer, now }: Hand,
  { number, seen }: { number: string; seen: number },
  { text, attachmentIds }: Extract<Deed, { verb: 'reply' }>,
): Promise<void> {
  await tx`insert into officer_chat_replies
      (contact_id, officer_id, ticket_number, seen, sealed_text, attachment_ids, created_at)
    values (${contact.id}, ${officer.id}, ${number}, ${seen}, ${seal(contact.key, Buffer.from(text))},
      ${list(tx, attachmentIds)}::uuid[], ${now})`
}

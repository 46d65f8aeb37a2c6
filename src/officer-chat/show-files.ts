import { recordAudit } from '../audit/record.ts'
import { enqueue } from '../outbox/enqueue.ts'
import { findTicket, type Hand, say } from './hand.ts'

const MOST = 5

/** Sends the newest papers of a ticket to the officer's chat; each reading is recorded. Returns what is to be said. */
export async function showFiles(hand: Hand, number: string): Promise<string> {
  const { tx, officer, contact, now } = hand
  const found = await findTicket(hand, number)
  if (found === null) return say(hand, 'notYours')
  const files = await tx<{ id: string }[]>`
    select id from attachments where ticket_id = ${found.ticket.id} and fetched_at is not null and failure is null
    order by created_at desc, id limit ${MOST}`
  for (const { id } of files) {
    const facts = { attachment: id }
    await recordAudit(
      tx,
      { actorId: officer.id, action: 'attachment-read', subjectKind: 'ticket', subjectId: number, facts },
      now,
    )
  }
  const messages = files.toReversed().map(({ id }) => ({ text: '', actions: [], attachmentId: id }))
  await enqueue(tx, { contact, author: 'desk', messages, now })
  return say(hand, 'showingFiles', { count: files.length })
}

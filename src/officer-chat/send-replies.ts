import { openAttachment } from '../attachments/open-attachment.ts'
import { FILE_MAX_BYTES, uploadTypeOf } from '../attachments/upload-type.ts'
import type { Sql, Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import type { OfficerFile } from '../desk/officer-files.ts'
import { reply } from '../desk/reply.ts'
import type { DeskServices } from '../desk/services.ts'
import type { Logger } from '../log.ts'
import { lockContactRows, openContact } from '../messaging/contact.ts'
import { beginAnew } from '../messaging/person.ts'
import { open } from '../secrets.ts'
import type { Deed } from './deed.ts'
import { citizensOf, type Hand, say } from './hand.ts'
import { present, speak } from './present.ts'
import { tellOutcome } from './step.ts'
import { loadChat, officerOfChat, storeChat } from './store-chat.ts'

interface Queued {
  id: number
  contact_id: string
  officer_id: string
  ticket_number: string
  seen: number
  sealed_text: Buffer
  attachment_ids: string[]
}

const AT_ONCE = 10

/** Sends replies whose files have come from the officers' chats. Returns how many were settled. */
export async function sendReplies(
  sql: Sql,
  { desk, log }: { desk: DeskServices; log: Pick<Logger, 'error'> },
  now: Date,
): Promise<number> {
  const ready = await sql<Queued[]>`
    select q.* from officer_chat_replies q
    where not exists (select from attachments a
      where a.id = any (q.attachment_ids) and a.fetched_at is null and a.failure is null)
    order by q.id limit ${AT_ONCE}`
  let settled = 0
  for (const queued of ready) {
    try {
      const files = await filesOf(sql, { desk, log }, queued.attachment_ids)
      await beginAnew(sql, (tx) => sendReply(tx, desk, queued, files, now))
      settled++
    } catch (error) {
      // It comes again the next time; the others do not wait for it.
      log.error({ err: error, replyId: queued.id }, 'a reply with files could not be sent')
    }
  }
  return settled
}

/** Null: one of them could not be fetched, or is of a kind that is not passed on. */
async function filesOf(
  sql: Sql,
  { desk, log }: { desk: DeskServices; log: Pick<Logger, 'error'> },
  ids: readonly string[],
): Promise<OfficerFile[] | null> {
  const files: OfficerFile[] = []
  for (const id of ids) {
    const opened = await openAttachment({ sql, secrets: desk.secrets, store: desk.store, log }, id)
    const mediaType = opened && (await uploadTypeOf(opened.content))
    if (!opened || !mediaType || opened.content.length > FILE_MAX_BYTES) return null
    files.push({ content: opened.content, mediaType })
  }
  return files
}

/** The rows of the officer's chat and of the citizen's contacts are taken in one go, like everywhere. */
async function sendReply(
  tx: Transaction,
  desk: DeskServices,
  queued: Queued,
  files: OfficerFile[] | null,
  now: Date,
): Promise<void> {
  const citizens = await citizensOf(tx, queued.ticket_number)
  const rows = await lockContactRows(tx, [...new Set([queued.contact_id, ...citizens])], { skipBusy: false })
  const mine = await tx`delete from officer_chat_replies where id = ${queued.id} returning 1`
  // Another process was faster, or the chat was unlinked.
  if (mine.length === 0) return
  const row = rows.find(({ id }) => id === queued.contact_id)
  const contact = row === undefined ? null : openContact(desk.secrets, row)
  const linked = await officerOfChat(tx, queued.contact_id)
  if (contact === null || linked === null || linked.barred !== null || linked.officer.id !== queued.officer_id) return
  const language = contact.language === 'en' ? 'en' : 'vi'
  const hand: Hand = { tx, desk, officer: linked.officer, contact, held: rows.map(({ id }) => id), language, now }
  const number = queued.ticket_number
  if (files === null) return speak(hand, say(hand, 'filesFailed', { number }))
  const text = open(contact.key, queued.sealed_text).toString()
  const { seen } = queued
  const outcome = await reply(tx, desk, { number, officer: linked.officer, seen, text, attachmentIds: [], files }, now)
  const deed: Deed = { verb: 'reply', text, attachmentIds: queued.attachment_ids }
  if (outcome.kind === 'done') {
    await tx`delete from attachments where id = any (${list(tx, queued.attachment_ids)}::uuid[]) and ticket_id is null`
    return speak(hand, say(hand, 'done.reply', { number, unit: '' }))
  }
  const session = await loadChat(tx, contact, linked.officer.id, now)
  const taken = await tellOutcome(hand, session, { number, seen }, deed, outcome)
  const shown = await present(hand, taken.session, taken.said)
  await storeChat(tx, contact, linked.officer.id, shown, { now, isUsed: false })
}

import type { FileFailure } from '../attachments/fetch-attachments.ts'
import type { Sql, Transaction } from '../db/client.ts'
import type { Language } from '../i18n.ts'
import { beginAnew, lockPerson } from '../messaging/person.ts'
import { enqueue } from '../outbox/enqueue.ts'
import { openJson, sealJson } from '../secrets.ts'
import { change } from './activity.ts'
import { lockTicket } from './locked-ticket.ts'
import type { DeskServices } from './services.ts'
import { papersSchema } from './tickets-of-contact.ts'
import { whoHas } from './who-has.ts'

interface FailedFile {
  contact_id: string
  ticket_id: number | null
  media_type: string | null
  sealed_papers: Buffer | null
}

/**
 * A file that somebody sent cannot be kept. Says so on its row, once, and asks the sender for it in another form; while
 * an officer has the talk, the file on the ticket says it to the officer alone. The paper that it was taken for is
 * awaited again.
 */
export function fileFailed(
  sql: Sql,
  services: DeskServices,
  { id, failure }: { id: string; failure: FileFailure },
  now: Date,
): Promise<void> {
  return beginAnew(sql, async (tx) => {
    const [named] = await tx<{ contact_id: string }[]>`select contact_id from attachments where id = ${id}`
    if (named === undefined) return
    const people = await lockPerson(tx, named.contact_id)
    const [file] = await tx<FailedFile[]>`
      update attachments set failure = ${failure}, lease_until = null
      where id = ${id} and failure is null and fetched_at is null
      returning contact_id, ticket_id, media_type, sealed_papers`
    const sender = people.find((one) => one.id === named.contact_id)
    if (file === undefined || !sender?.sealed_key) return
    if (file.ticket_id !== null) await awaitAgain(tx, services, file, file.ticket_id, now)
    if (sender.talk_ticket_id !== null) return
    const language: Language = sender.language === 'en' ? 'en' : 'vi'
    const isVoice = file.media_type?.startsWith('audio/') === true
    const text = services.texts.text(language, `engine.fileFailed.${isVoice ? 'voice' : 'paper'}`)
    const contact = { id: sender.id, key: services.secrets.openPersonKey(sender.sealed_key) }
    await enqueue(tx, { contact, author: 'bot', messages: [{ text, actions: [], attachmentId: null }], now })
  })
}

async function awaitAgain(
  tx: Transaction,
  services: DeskServices,
  file: FailedFile,
  ticketId: number,
  now: Date,
): Promise<void> {
  const locked = await lockTicket(tx, services.secrets, { id: ticketId })
  if (!locked || locked.key === null || file.sealed_papers === null) return
  const { ticket, key } = locked
  if (ticket.status === 'resolved' || ticket.status === 'closed') return
  const left = ticket.sealedPapers === null ? [] : papersSchema.parse(openJson(key, ticket.sealedPapers))
  const papers = [...new Set([...left, ...papersSchema.parse(openJson(key, file.sealed_papers))])]
  await change(
    tx,
    ticket,
    services,
    {
      set: { sealedPapers: sealJson(key, papers) },
      actor: 'system',
      verb: 'paper-failed',
      facts: { left: papers.length },
      tell: [{ to: whoHas(ticket, now), kind: 'citizen_wrote' }],
    },
    now,
  )
}

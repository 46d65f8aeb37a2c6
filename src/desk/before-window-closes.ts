import { z } from 'zod'
import { localDay } from '../clock.ts'
import type { Sql, Transaction } from '../db/client.ts'
import { formatDay, type Language } from '../i18n.ts'
import { remindAt, type WindowRules } from '../messaging/reply-window.ts'
import { enqueue } from '../outbox/enqueue.ts'
import { openJson } from '../secrets.ts'
import type { DeskServices } from './services.ts'

const HOUR_MS = 3_600_000
/** The longest time between being told and the end: from an evening to the end of a night and a few hours. */
const LONGEST_LEAD_HOURS = 16
const BATCH = 200

interface Candidate {
  contact_id: string
  last_interaction_at: Date
}

interface TicketRow {
  id: number
  number: string
  status: string
  unit_id: string
  due_at: Date | null
  sealed_papers: Buffer | null
}

/**
 * Where a channel lets us write for a while only: tells people whose ticket is still open how it stands and until when
 * their words keep the talk open, once in each window, some hours before free talk ends. Returns how many were told.
 */
export async function remindBeforeWindowCloses(
  sql: Sql,
  services: DeskServices,
  channel: { id: string; account: string; rules: WindowRules },
  now: Date,
): Promise<number> {
  const { rules } = channel
  const from = new Date(now.getTime() - rules.freeHours * HOUR_MS)
  const to = new Date(from.getTime() + LONGEST_LEAD_HOURS * HOUR_MS)
  const candidates = await sql<Candidate[]>`
    select c.id as contact_id, w.last_interaction_at from reply_windows w join contacts c
      on c.channel = w.channel and c.account = w.account and c.address_hash = w.address_hash
    where w.channel = ${channel.id} and w.account = ${channel.account}
      and w.last_interaction_at > ${from} and w.last_interaction_at < ${to}
      and w.reminded_for is distinct from w.last_interaction_at and c.sealed_key is not null
      and exists (select from tickets t where t.contact_id = c.id and t.status in ('open', 'assigned', 'pending'))
    order by w.last_interaction_at limit ${BATCH}`
  let told = 0
  for (const candidate of candidates) {
    if (remindAt(rules, candidate.last_interaction_at) > now) continue
    if (await sql.begin((tx) => remind(tx, services, rules, candidate, now))) told += 1
  }
  return told
}

async function remind(
  tx: Transaction,
  services: DeskServices,
  rules: WindowRules,
  { contact_id: contactId, last_interaction_at: lastAt }: Candidate,
  now: Date,
): Promise<boolean> {
  const [contact] = await tx<
    { sealed_key: Buffer | null; language: string; unreachable_at: Date | null; all_stopped_at: Date | null }[]
  >`select sealed_key, language, unreachable_at, all_stopped_at from contacts where id = ${contactId} for no key update`
  // Looked at again under the lock: somebody else may have told them, or they wrote just now.
  const marked = await tx`
    update reply_windows w set reminded_for = w.last_interaction_at from contacts c
    where c.id = ${contactId} and w.channel = c.channel and w.account = c.account and w.address_hash = c.address_hash
      and w.last_interaction_at = ${lastAt} and w.reminded_for is distinct from w.last_interaction_at returning 1`
  if (marked.length === 0 || !contact?.sealed_key) return false
  if (contact.unreachable_at !== null || contact.all_stopped_at !== null) return false
  const [ticket] = await tx<TicketRow[]>`
    select id, number, status, unit_id, due_at, sealed_papers from tickets
    where contact_id = ${contactId} and status in ('open', 'assigned', 'pending') order by spoken_at desc, id desc limit 1`
  if (ticket === undefined) return false
  const key = services.secrets.openPersonKey(contact.sealed_key)
  const language: Language = contact.language === 'en' ? 'en' : 'vi'
  const text = wordsOf(
    services,
    language,
    ticket,
    papersOf(ticket, key),
    new Date(lastAt.getTime() + rules.freeHours * HOUR_MS),
  )
  await enqueue(tx, {
    contact: { id: contactId, key },
    author: 'bot',
    ticketId: ticket.id,
    messages: [{ text, actions: [], attachmentId: null }],
    now,
  })
  return true
}

function wordsOf(
  { texts, territory }: DeskServices,
  language: Language,
  ticket: TicketRow,
  papers: string[],
  until: Date,
): string {
  const unit = territory.unitById.get(ticket.unit_id)?.name[language] ?? ticket.unit_id
  const day = ticket.due_at === null ? null : formatDay(localDay(ticket.due_at))
  const lines = [
    papers.length > 0
      ? texts.text(language, 'zalo.closing.papers', { number: ticket.number, papers: papers.join(', ') })
      : day === null
        ? texts.text(language, 'zalo.closing.inWork', { number: ticket.number, unit })
        : texts.text(language, 'zalo.closing.inWorkUntil', { number: ticket.number, unit, day }),
    texts.text(language, 'zalo.closing.write', { until: clockWords(until) }),
  ]
  return lines.join('\n\n')
}

function papersOf(ticket: TicketRow, key: Parameters<typeof openJson>[0]): string[] {
  if (ticket.status !== 'pending' || ticket.sealed_papers === null) return []
  return z.array(z.string()).parse(openJson(key, ticket.sealed_papers))
}

/** `16:30 23/11`, as people in Việt Nam read their clocks. */
function clockWords(at: Date): string {
  const local = new Date(at.getTime() + 7 * HOUR_MS).toISOString()
  return `${local.slice(11, 16)} ${local.slice(8, 10)}/${local.slice(5, 7)}`
}

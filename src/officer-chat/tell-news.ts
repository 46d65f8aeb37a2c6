/**
 * Brings news from `officer_notices` into officers' chats, each once: the mark that it was told is committed with the
 * message. A message names the ticket, its topic, commune and deadline; never a person, nor anything that one said.
 */
import type { Fragment } from 'postgres'
import type { Sql, Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import type { DeskServices } from '../desk/services.ts'
import { newActionId } from '../ids.ts'
import type { Logger } from '../log.ts'
import type { NoticeKind } from '../notices/notify.ts'
import { holdChatOf } from './chat-of-officer.ts'
import { type FoundTicket, findTicket, type Hand, possibleVerbs, say } from './hand.ts'
import { speak } from './present.ts'
import { type OfficerChatRules, tellableAt } from './rules.ts'
import { NEWS } from './screens.ts'
import { loadChat, storeChat } from './store-chat.ts'
import { headLine } from './ticket-words.ts'

interface Untold {
  id: number
  kind: NoticeKind
  ticket_id: number
  number: string
}

export interface NewsServices {
  desk: DeskServices
  rules: OfficerChatRules
  log: Pick<Logger, 'error'>
}

const OFFICERS_AT_ONCE = 200
const MOST_AT_ONCE = 40
/** More news than this at once is one message with a line for each. */
const ONE_BY_ONE = 3
const LINES = 12

/** Tells whoever is to be told now. Any process may call it at any moment. Returns how many pieces of news were told. */
export async function tellNews(sql: Sql, { desk, rules, log }: NewsServices, now: Date): Promise<number> {
  await settleUntellable(sql, now)
  const kinds = tellableAt(rules, now)
  const waiting = await sql<{ officer_id: string }[]>`
    select n.officer_id from officer_notices n where n.told_at is null and ${isTellable(sql, kinds)}
    group by n.officer_id order by min(n.id) limit ${OFFICERS_AT_ONCE}`
  let told = 0
  for (const { officer_id: officerId } of waiting) {
    try {
      told += await sql.begin((tx) => tellOfficer(tx, desk, officerId, kinds, now))
    } catch (error) {
      log.error({ err: error, officerId }, 'an officer could not be told the news')
    }
  }
  return told
}

/** What is urgent is urgent too for whoever it is offered to. */
function isTellable(sql: Sql | Transaction, kinds: readonly NoticeKind[]): Fragment {
  const isNow = sql`n.kind = any (${list(sql, [...kinds])}::text[])`
  if (!kinds.includes('urgent') || kinds.includes('offered')) return isNow
  return sql`(${isNow} or (n.kind = 'offered' and exists (
    select from tickets u where u.id = n.ticket_id and u.urgent)))`
}

/** News that was read in the console, or whose officer has no chat (any more), is not kept for one. */
async function settleUntellable(sql: Sql, now: Date): Promise<void> {
  await sql`
    update officer_notices n set told_at = ${now}
    where n.id = any (array(
      select n.id from officer_notices n where n.told_at is null and (n.read_at is not null or not exists (
        select from officer_contacts l join contacts c on c.id = l.contact_id join officers o on o.id = l.officer_id
        where l.officer_id = n.officer_id and c.channel <> 'web' and c.erased_at is null and c.unreachable_at is null
          and o.disabled_at is null))
      for update skip locked))`
}

async function tellOfficer(
  tx: Transaction,
  desk: DeskServices,
  officerId: string,
  kinds: readonly NoticeKind[],
  now: Date,
): Promise<number> {
  const hand = await holdChatOf(tx, desk, officerId, now)
  if (hand === 'busy') return 0
  const news = await tx<Untold[]>`
    select n.id, n.kind, n.ticket_id, t.number from officer_notices n join tickets t on t.id = n.ticket_id
    where n.officer_id = ${officerId} and n.told_at is null and ${isTellable(tx, kinds)}
    order by n.id limit ${MOST_AT_ONCE} for update of n skip locked`
  if (news.length === 0) return 0
  const ids = news.map(({ id }) => id)
  await tx`update officer_notices set told_at = ${now} where id = any (${list(tx, ids)}::bigint[])`
  if (hand === 'none') return 0
  const telling: Telling[] = []
  for (const one of newestOfEach(news)) {
    const found = await findTicket(hand, one.number)
    if (isWorthTelling(hand, one, found)) telling.push({ ...one, found })
  }
  if (telling.length > ONE_BY_ONE) await tellTogether(hand, telling)
  else for (const one of telling) await tellOne(hand, one)
  return telling.length
}

interface Telling extends Untold {
  /** Null: the ticket is another's by now, and only its number is named. */
  found: FoundTicket | null
}

/** Of several pieces of news of one kind about one ticket the last one. */
function newestOfEach(news: readonly Untold[]): Untold[] {
  const newest = new Map(news.map((one) => [`${one.kind} ${one.ticket_id}`, one.id]))
  return news.filter((one) => newest.get(`${one.kind} ${one.ticket_id}`) === one.id)
}

/** What was settled before anybody could be told is no news. */
function isWorthTelling({ officer }: Hand, { kind }: Untold, found: FoundTicket | null): boolean {
  if (found === null) return kind === 'accepted'
  const { ticket } = found
  const isFinished = ticket.status === 'resolved' || ticket.status === 'closed'
  switch (kind) {
    case 'urgent':
      // Whoever is on call, or heads the unit, hears of it whoever has it.
      return !isFinished
    case 'new_ticket':
      return !isFinished && (ticket.assigneeId === null || ticket.assigneeId === officer.id)
    case 'offered':
      return ticket.offeredUnitId !== null
    case 'due_soon':
    case 'overdue':
    case 'escalated':
      return !isFinished && ticket.pausedAt === null
    case 'assigned':
      return ticket.assigneeId === officer.id
    default:
      return true
  }
}

async function tellOne(hand: Hand, one: Telling): Promise<void> {
  const title = say(hand, `news.${one.kind}`, { number: one.number })
  if (one.found === null) return speak(hand, title)
  const { ticket } = one.found
  const possible = possibleVerbs(hand.officer, one.found)
  const wanted = one.kind === 'offered' ? ['accept', 'view', 'return'] : ['claim', 'view', 'reply']
  const effects = wanted.filter((effect) => effect === 'view' || possible.some((verb) => verb === effect))
  const actions = await keepActions(
    hand,
    effects.map((effect) => ({
      effect,
      ticketId: ticket.id,
      seen: ticket.lastSeq,
      words: say(hand, `label.${effect}`),
    })),
  )
  await speak(hand, `${title}\n${headLine(hand.desk, hand.language, ticket, hand.now)}`, actions)
  await offerAtMenu(hand, actions, one.number)
}

async function tellTogether(hand: Hand, telling: readonly Telling[]): Promise<void> {
  const lines = telling.slice(0, LINES).map(({ kind, number, found }) => {
    const title = say(hand, `news.${kind}`, { number })
    return found === null ? `• ${title}` : `• ${title}: ${headLine(hand.desk, hand.language, found.ticket, hand.now)}`
  })
  const rest = telling.length - lines.length
  if (rest > 0) lines.push(say(hand, 'newsMore', { count: rest }))
  const title = say(hand, 'newsTogether', { count: telling.length })
  const actions = await keepActions(hand, listActions(hand, ['mine', 'unit', 'offered']))
  await speak(hand, `${title}\n${lines.join('\n')}`, actions)
}

export interface NewAction {
  effect: string
  ticketId: number | null
  seen: number
  words: string
}

export function listActions(hand: Pick<Hand, 'desk' | 'language'>, effects: readonly string[]): NewAction[] {
  return effects.map((effect) => ({ effect, ticketId: null, seen: 0, words: say(hand, `label.${effect}`) }))
}

/** Buttons that stay good while the talk moves on. */
export async function keepActions(
  { tx, contact, now }: Pick<Hand, 'tx' | 'contact' | 'now'>,
  actions: readonly NewAction[],
): Promise<{ id: string; value: string; words: string }[]> {
  const kept = actions.map((action) => ({ ...action, id: newActionId() }))
  for (const { id, ticketId, effect, seen } of kept) {
    await tx`insert into officer_chat_actions (id, contact_id, ticket_id, effect, seen, created_at)
      values (${id}, ${contact.id}, ${ticketId}, ${effect}, ${seen}, ${now})`
  }
  return kept.map(({ id, effect, words }) => ({ id, value: effect, words }))
}

/** Where nothing else is open, the news can be answered by number and words too. */
async function offerAtMenu(
  { tx, contact, officer, now }: Hand,
  offered: readonly { id: string; value: string; words: string }[],
  number: string,
): Promise<void> {
  const session = await loadChat(tx, contact, officer.id, now)
  if (session.mode !== 'desk' || session.place.kind !== 'menu') return
  const named = offered.map(({ id, value, words }) => ({ id, words, value: `${NEWS}${value} ${number}` }))
  await storeChat(tx, contact, officer.id, { ...session, offered: named }, { now, isUsed: false })
}

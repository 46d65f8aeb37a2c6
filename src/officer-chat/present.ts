import { newActionId } from '../ids.ts'
import type { Message } from '../messaging/message.ts'
import { splitComposed } from '../messaging/split-text.ts'
import { markRead } from '../notices/read-notices.ts'
import { enqueue } from '../outbox/enqueue.ts'
import { findTicket, type Hand, say } from './hand.ts'
import { CANCEL, type Choice, screenOf, shorten } from './screens.ts'
import { MENU_PLACE, type OfficerSession } from './session.ts'

const ACTIONS_PER_MESSAGE = 5
/** The shortest limit of all channels. */
const TEXT_LENGTH = 2_000
const LABEL_LENGTH = 40
/** Turns to the next page of the options of one question. */
export const MORE = '~more'

/** Says some lines, then asks what is open; the session then knows what was offered. */
export async function present(hand: Hand, given: OfficerSession, said: readonly string[]): Promise<OfficerSession> {
  const screen = await screenOf(hand, given.place)
  if (screen === null) {
    const menu = { ...given, place: MENU_PLACE, trail: [], page: 0 }
    return present(hand, menu, [...said, say(hand, 'notYours')])
  }
  let session = given
  if (screen.seen !== undefined && session.place.kind === 'ticket') {
    session = { ...session, place: { ...session.place, seen: screen.seen } }
    const found = await findTicket(hand, session.place.kind === 'ticket' ? session.place.number : '')
    if (found !== null) await markRead(hand.tx, hand.officer.id, { ticketId: found.ticket.id }, hand.now)
  }
  const pages = pagesOf(screen.options, say(hand, 'label.more'))
  const shown = pages[session.page % pages.length] ?? []
  const offered = shown.map(({ value, label }) => ({ value, id: newActionId(), words: shorten(label, LABEL_LENGTH) }))
  const text = [...said, ...screen.lines].filter((line) => line !== '').join('\n\n')
  await speak(hand, text, offered)
  return { ...session, offered }
}

function pagesOf(options: readonly Choice[], more: string): Choice[][] {
  if (options.length <= ACTIONS_PER_MESSAGE) return [[...options]]
  const pinned = options.filter(({ value }) => value === CANCEL)
  const turning = options.filter(({ value }) => value !== CANCEL)
  const size = ACTIONS_PER_MESSAGE - pinned.length - 1
  return Array.from({ length: Math.ceil(turning.length / size) }, (_, page) => [
    ...turning.slice(page * size, (page + 1) * size),
    { value: MORE, label: more },
    ...pinned,
  ])
}

/**
 * Queues words for an officer's chat. Their author is the desk: they are no part of any citizen's talk, are not dropped
 * when a colleague takes a talk over, and go from our tables once they are delivered.
 */
export async function speak(
  { tx, contact, now }: Pick<Hand, 'tx' | 'contact' | 'now'>,
  text: string,
  offered: readonly { id: string; words: string }[] = [],
): Promise<void> {
  const parts = splitComposed(text, TEXT_LENGTH)
  const actions = offered.map(({ id, words }) => ({ id, label: words }))
  const messages = parts.map(
    (part, at): Message => ({ text: part, actions: at === parts.length - 1 ? actions : [], attachmentId: null }),
  )
  await enqueue(tx, { contact, author: 'desk', messages, now })
}

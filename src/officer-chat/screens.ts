import { localDay } from '../clock.ts'
import { listTickets, type TicketFilter } from '../desk/list-tickets.ts'
import { readTicket, type TicketDetails } from '../desk/read-ticket.ts'
import { RESULTS } from '../desk/ticket.ts'
import { scopeOf } from '../officers/permissions.ts'
import { wordsOfDeed } from './deed.ts'
import { findTicket, type Hand, possibleVerbs, say } from './hand.ts'
import type { Place, QueueName } from './session.ts'
import { headLine, momentWords, topicWords, unitWords } from './ticket-words.ts'

export interface Choice {
  value: string
  label: string
}

/** What stands before the officer. */
export interface Screen {
  lines: string[]
  options: Choice[]
  /** The last line of activity that is shown. */
  seen?: number
}

/** Turns to the next page of a list; the cursor stands behind it. */
export const NEXT = '~next:'
/** An answer to news, by number or words: effect and ticket stand behind it. */
export const NEWS = 'news '
export const CANCEL = '~cancel'
export const MENU = '~menu'
export const VIEW = 'view'
/** The photos and documents on a ticket. */
export const FILES = 'files'

const TICKETS_PER_PAGE = 4
const LAST_WORDS = 5
const LONGEST_WORDS = 400
const LONGEST_DRAFT = 500

/** Null: what it is about is not the officer's to see (any more). */
export async function screenOf(hand: Hand, place: Place): Promise<Screen | null> {
  switch (place.kind) {
    case 'menu':
      return menuScreen(hand)
    case 'list':
      return listScreen(hand, place.queue, place.cursors.at(-1))
    case 'ticket':
      return ticketScreen(hand, place.number, place.brief)
    case 'write':
      return about(hand, place.number, [say(hand, `ask.${place.verb}`, { number: place.number })], [])
    case 'loose': {
      const isFiles = place.attachmentIds.length > 0
      const options = [
        { value: 'send', label: say(hand, 'label.send') },
        ...(isFiles ? [] : [{ value: 'note', label: say(hand, 'label.asNote') }]),
      ]
      const values = { number: place.number, text: shorten(place.text, LONGEST_DRAFT) }
      return about(hand, place.number, [say(hand, isFiles ? 'ask.looseFiles' : 'ask.loose', values)], options)
    }
    case 'papers': {
      const list = place.checklist.map((paper, at) => `${place.chosen.includes(paper) ? '☑' : `${at + 1}.`} ${paper}`)
      const key = place.checklist.length === 0 ? 'ask.papersFree' : 'ask.papers'
      return about(hand, place.number, [say(hand, key, { number: place.number }), list.join('\n')], [])
    }
    case 'unit': {
      const options = place.found.map((id) => ({ value: id, label: unitWords(hand.desk, hand.language, id) }))
      return about(hand, place.number, [say(hand, options.length > 0 ? 'ask.whichUnit' : 'ask.unit')], options)
    }
    case 'colleague':
      return about(hand, place.number, [say(hand, 'ask.colleague')], await colleagues(hand, place.unit))
    case 'handReason': {
      const unit = unitWords(hand.desk, hand.language, place.unit)
      return about(hand, place.number, [say(hand, 'ask.handReason', { unit })], [])
    }
    case 'result': {
      const found = await findTicket(hand, place.number)
      if (found === null) return null
      const options = RESULTS.filter((value) => value !== 'duplicate').map((value) => ({
        value,
        label: hand.desk.texts.text(hand.language, `console.result.${value}`),
      }))
      return withCancel(hand, { lines: [say(hand, 'ask.result', { number: place.number })], options })
    }
    case 'why':
      return about(hand, place.number, [say(hand, 'ask.why')], [])
    case 'next':
      return about(
        hand,
        place.number,
        [say(hand, 'ask.next')],
        [{ value: 'nothing', label: say(hand, 'label.nothingToDo') }],
      )
    case 'confirm': {
      const { deed, isChanged, number } = place
      const words = shorten(wordsOfDeed(deed), LONGEST_DRAFT)
      const result = deed.verb === 'resolve' ? hand.desk.texts.text(hand.language, `console.result.${deed.result}`) : ''
      const doing = say(hand, `doing.${deed.verb}`, {
        number,
        result,
        unit: deed.verb === 'hand-off' ? unitWords(hand.desk, hand.language, deed.toUnit) : '',
      })
      const lines = [doing, ...(words === '' ? [] : [words]), say(hand, isChanged ? 'ask.stillDo' : 'ask.confirm')]
      const options = [
        { value: 'yes', label: say(hand, isChanged ? 'label.stillDo' : 'label.confirm') },
        ...(isChanged ? [{ value: VIEW, label: say(hand, 'label.view') }] : []),
      ]
      return about(hand, number, lines, options)
    }
    default:
      return place satisfies never
  }
}

/** A question about a ticket that the officer may still see, with a way out. */
async function about(hand: Hand, number: string, lines: string[], options: Choice[]): Promise<Screen | null> {
  const found = await findTicket(hand, number)
  return found === null ? null : withCancel(hand, { lines, options })
}

function withCancel(hand: Hand, { lines, options }: Screen): Screen {
  return { lines, options: [...options, { value: CANCEL, label: say(hand, 'label.cancel') }] }
}

function menuScreen(hand: Hand): Screen {
  const label = (value: string) => ({ value, label: say(hand, `label.${value}`) })
  return {
    lines: [say(hand, 'menu', { name: hand.officer.name })],
    options: ['mine', 'unit', 'offered', 'overdue', 'citizen'].map(label),
  }
}

function filterOf({ officer }: Hand, queue: QueueName): TicketFilter {
  const scope = scopeOf(officer)
  const own = scope.kind === 'unit' ? scope.unitId : undefined
  const unfinished = ['open', 'assigned', 'pending'] as const
  switch (queue) {
    case 'mine':
      return { queue: 'mine', status: ['assigned', 'pending'] }
    case 'unit':
      return { queue: own, status: ['open'] }
    case 'offered':
      return { queue: 'offered', status: unfinished }
    case 'overdue':
      return { overdue: true, status: unfinished }
    default:
      return queue satisfies never
  }
}

async function listScreen(hand: Hand, queue: QueueName, cursor: string | undefined): Promise<Screen> {
  const { tx, desk, officer, now, language } = hand
  const page = { limit: TICKETS_PER_PAGE, cursor: cursor === '' ? undefined : cursor }
  const { items, nextCursor } = await listTickets(tx, desk.secrets, officer, filterOf(hand, queue), page, now)
  const title = say(hand, `label.${queue}`)
  if (items.length === 0) {
    return { lines: [say(hand, `empty.${queue}`)], options: [{ value: MENU, label: say(hand, 'label.menu') }] }
  }
  const lines = items.map((ticket, at) => {
    const who = queue !== 'mine' && ticket.assigneeName !== null ? ` · ${ticket.assigneeName}` : ''
    return `${at + 1}. ${headLine(desk, language, ticket, now)}${who}`
  })
  const last =
    nextCursor === null
      ? { value: MENU, label: say(hand, 'label.menu') }
      : { value: `${NEXT}${nextCursor}`, label: say(hand, 'label.more') }
  return {
    lines: [`${title}:`, lines.join('\n')],
    options: [
      ...items.map(({ number, topic }) => ({ value: number, label: `${number} ${topicWords(desk, language, topic)}` })),
      last,
    ],
  }
}

async function ticketScreen(hand: Hand, number: string, isBrief: boolean): Promise<Screen | null> {
  const { desk, officer, language, now } = hand
  const found = await findTicket(hand, number)
  if (found === null) return null
  const options = possibleVerbs(officer, found).map((verb) => ({
    value: verb as string,
    label: say(hand, `label.${verb}`),
  }))
  const status = desk.texts.text(language, `console.status.${found.ticket.status}`)
  const head = `${headLine(desk, language, found.ticket, now)}\n${say(hand, 'status', { status })}`
  if (isBrief) {
    return { lines: [head], options: [...options, { value: VIEW, label: say(hand, 'label.view') }] }
  }
  const read = await readTicket(hand.tx, desk.secrets, officer, number, now)
  if (read.kind !== 'done') return null
  const { attachments, ticket } = read.details
  if (attachments.some(({ isFetched }) => isFetched)) options.push({ value: FILES, label: say(hand, 'label.files') })
  return { lines: [head, ...detailLines(hand, read.details)], options, seen: ticket.lastSeq }
}

function detailLines(hand: Hand, details: TicketDetails): string[] {
  const { desk, language } = hand
  const { ticket, assignee, answers, messages, attachments, resolution } = details
  const lines: string[] = []
  if (assignee !== null) lines.push(say(hand, 'assignee', { name: assignee.name }))
  if (ticket.offeredUnitId !== null) {
    const until = ticket.offerLapsesAt === null ? '' : momentWords(ticket.offerLapsesAt)
    lines.push(say(hand, 'offeredTo', { unit: unitWords(desk, language, ticket.offeredUnitId), until }))
  }
  const answered = answers.map(({ label, value }) => `${label}: ${shorten(value, LONGEST_WORDS)}`)
  if (answered.length > 0) lines.push(`${say(hand, 'answers')}\n${answered.join('\n')}`)
  const last = messages.slice(-LAST_WORDS).map((message) => {
    const who =
      message.author === 'officer' || message.author === 'note'
        ? message.officer?.name || say(hand, 'who.officer')
        : say(hand, `who.${message.author}`)
    const isNote = message.author === 'note' ? ` (${say(hand, 'who.note')})` : ''
    const files =
      message.attachmentIds.length > 0 ? ` [${say(hand, 'withFiles', { count: message.attachmentIds.length })}]` : ''
    return `${momentWords(message.at)} ${who}${isNote}: ${shorten(message.text ?? say(hand, 'erased'), LONGEST_WORDS)}${files}`
  })
  if (last.length > 0) lines.push(`${say(hand, 'lastWords')}\n${last.join('\n')}`)
  if (attachments.length > 0) lines.push(say(hand, 'files', { count: attachments.length }))
  if (resolution !== null) {
    const why = [resolution.reason, resolution.basis].filter((part) => part !== null).join('; ')
    lines.push(say(hand, 'resolution', { why, next: resolution.nextStep }))
  }
  return lines
}

async function colleagues({ tx, officer, now }: Hand, unit: string): Promise<Choice[]> {
  const day = localDay(now)
  const rows = await tx<{ id: string; name: string }[]>`
    select id, name from officers o where unit_id = ${unit} and disabled_at is null and id <> ${officer.id}
      and roles && ${['commune_officer', 'department_officer', 'head_of_unit']}::text[]
      and not exists (select from officer_leaves l
        where l.officer_id = o.id and l.from_day <= ${day} and l.to_day >= ${day})
    order by name, id limit 40`
  return rows.map(({ id, name }) => ({ value: id, label: name }))
}

export function shorten(text: string, most: number): string {
  const characters = [...text]
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`
}

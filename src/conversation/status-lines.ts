import { localDay } from '../clock.ts'
import { formatDay } from '../i18n.ts'
import type { Words } from './effects.ts'
import type { Session } from './session.ts'
import { type Turn, wordsOf } from './situation.ts'

/** Where each of the person's tickets stands. */
export function statusLines(turn: Turn, session: Session): Words[] {
  const { tickets } = turn.situation
  if (tickets.length === 0) return [{ key: 'engine.status.none' }]
  const lines = tickets.map((ticket) => {
    const line = wordsOf(turn, session, {
      key: `engine.status.${ticket.status}`,
      values: {
        number: ticket.number,
        topic: { key: `topics.${ticket.topic}.name` },
        day: ticket.dueAt ? formatDay(localDay(ticket.dueAt)) : '',
      },
    })
    if (ticket.missingPapers.length === 0) return `• ${line}`
    return `• ${line} ${wordsOf(turn, session, { key: 'engine.status.missing', values: { papers: ticket.missingPapers.join(', ') } })}`
  })
  return [{ key: 'engine.status.title' }, lines.join('\n')]
}

import { isoLocal } from '../clock.ts'
import type { ActivityLine } from '../desk/activity.ts'
import type { DeskServices } from '../desk/services.ts'
import { formatDay, type Language } from '../i18n.ts'
import { fullName } from '../territory/territory.ts'

/** What may be said of a ticket to whoever may know of it: nothing that a person said or is called. */
export interface TicketHead {
  number: string
  topic: string
  urgent: boolean
  communeCode: string | null
  dueAt: Date | null
  pausedAt: Date | null
}

type Words = Pick<DeskServices, 'texts' | 'territory'>

export function topicWords({ texts }: Words, language: Language, topic: string): string {
  const key = `topics.${topic}.name`
  return texts.has(language, key) ? texts.text(language, key) : topic
}

export function unitWords({ territory }: Words, language: Language, unitId: string): string {
  return territory.unitById.get(unitId)?.name[language] ?? unitId
}

function communeWords({ texts, territory }: Words, language: Language, code: string | null): string {
  const place = code === null ? undefined : territory.placesByCode.get(code)?.at(-1)
  return place === undefined ? texts.text(language, 'officer_chat.noCommune') : fullName(place)
}

/** `HY-2026-000123 · Bảo hiểm y tế · Phường Phố Hiến · hạn 16:30 30/11/2026`. */
export function headLine(words: Words, language: Language, ticket: TicketHead, now: Date): string {
  const parts = [
    ticket.number,
    topicWords(words, language, ticket.topic),
    communeWords(words, language, ticket.communeCode),
    dueLine(words, language, ticket, now),
  ].filter((part) => part !== '')
  const urgent = ticket.urgent ? `${words.texts.text(language, 'officer_chat.urgent')} · ` : ''
  return urgent + parts.join(' · ')
}

export function dueLine(
  { texts }: Words,
  language: Language,
  { dueAt, pausedAt }: Pick<TicketHead, 'dueAt' | 'pausedAt'>,
  now: Date,
): string {
  if (dueAt === null) return ''
  if (pausedAt !== null) return texts.text(language, 'officer_chat.due.paused')
  return texts.text(language, `officer_chat.due.${dueAt < now ? 'overdue' : 'by'}`, { at: momentWords(dueAt) })
}

/** `16:30 30/11/2026`. */
export function momentWords(at: Date): string {
  const local = isoLocal(at)
  return `${local.slice(11, 16)} ${formatDay(local.slice(0, 10))}`
}

/** `• 09:15 23/11/2026 Người dân: nhắn tin`. */
export function activityLine(words: Words, language: Language, line: ActivityLine): string {
  const { texts } = words
  const unit = (id: unknown) => (typeof id === 'string' ? unitWords(words, language, id) : '')
  const { facts } = line
  const values = {
    from: unit(facts.from_unit),
    to: unit(facts.to_unit),
    result: typeof facts.result === 'string' ? texts.text(language, `console.result.${facts.result}`) : '',
    step: typeof facts.step === 'string' ? texts.text(language, `console.ladder.${facts.step}`) : '',
    into: typeof facts.into === 'string' ? facts.into : '',
    number: typeof facts.number === 'string' ? facts.number : '',
    verb: line.verb,
  }
  const key = `console.did.${line.verb}`
  const what = texts.text(language, texts.has(language, key) ? key : 'console.did.other', values)
  return `• ${momentWords(line.at)} ${line.officer?.name || texts.text(language, `console.who.${line.actor}`)}: ${what}`
}

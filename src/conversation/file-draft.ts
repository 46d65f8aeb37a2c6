import { z } from 'zod'
import { localDay } from '../clock.ts'
import { fileTicket } from '../desk/file-ticket.ts'
import type { AnswerLine } from '../desk/services.ts'
import { parseFacts } from '../eligibility/facts.ts'
import { storedScreening } from '../eligibility/replay.ts'
import { screen } from '../eligibility/screen.ts'
import { formatDay } from '../i18n.ts'
import { newId } from '../ids.ts'
import type { Message } from '../messaging/message.ts'
import { findOpening } from '../openings/store.ts'
import { OPENING_TOPICS, wishOf } from '../openings/wish.ts'
import type { FileTicketDraft } from '../requests/request-draft.ts'
import { applyingQuestions, factsOfAnswers, type RequestType } from '../requests/request-type.ts'
import { type Key, sealJson } from '../secrets.ts'
import { route } from '../territory/route.ts'
import { answerWords } from './answer-words.ts'
import type { Performance } from './perform.ts'
import { want } from './perform-ticket.ts'
import { render } from './render.ts'
import { showOpenings } from './show-openings.ts'
import { wordsOf } from './situation.ts'

/** What of a step's performance it takes to file a ticket. */
type Filing = Pick<Performance, 'tx' | 'desk' | 'turn' | 'session'> & { contact: { id: string; key: Key } }

const screenedSchema = z.object({
  facts: z.record(z.string(), z.unknown()).default({}),
  programmes: z.array(z.string()).nullable().default(null),
  /** Whom the screening was about, as an officer reads it. */
  member: z.string().nullable().default(null),
})

/** Turns a complete request into a ticket and says its number and the promised day. */
export async function fileDraft(performance: Filing, draft: FileTicketDraft, opening?: string): Promise<Message[]> {
  const { tx, desk, turn, session, contact } = performance
  const { now, today } = turn.situation
  const type = turn.definitions.requests.get(draft.type)
  if (!type) throw new Error(`No request ${draft.type}`)
  const screeningId = await storeScreening(performance, type, draft)
  const filed = await fileTicket(
    tx,
    desk,
    {
      contact,
      topic: draft.topic,
      requestType: draft.type,
      urgent: draft.urgent,
      communeCode: draft.communeCode,
      answers: answerLines(performance, type, draft),
      facts: { ...screenedSchema.parse(draft.screened).facts, ...factsOfAnswers(type, draft.answers) },
      screeningId,
      complaintAbout: unitComplainedOf(performance, draft, today),
      talkFromMessageId: draft.talkFrom,
    },
    now,
  )
  if (screeningId !== null) await tx`update screenings set ticket_id = ${filed.id} where id = ${screeningId}`
  const values = {
    number: filed.number,
    unit: filed.unitName[session.language],
    day: formatDay(filed.resultBy),
    answerDay: formatDay(localDay(filed.dueAt)),
  }
  const told = render(turn, session, {
    kind: 'say',
    lines: [{ key: draft.urgent ? 'engine.filedUrgent' : 'engine.filed', values }],
    options: [],
  })
  return [...told, ...(await tellOpenings(performance, draft, filed, opening))]
}

/** Whoever asks for work or training is told at once what there is; the one they came for stands on the ticket. */
async function tellOpenings(
  performance: Filing,
  draft: FileTicketDraft,
  { id: ticketId, number }: { id: number; number: string },
  opening: string | undefined,
): Promise<Message[]> {
  const { tx, turn } = performance
  const { topic, communeCode: commune, answers } = draft
  if (!OPENING_TOPICS.includes(topic) || !REQUESTS_WITH_OPENINGS.includes(draft.type)) return []
  if (opening !== undefined) {
    const found = await findOpening(tx, opening)
    const title = found?.title ?? ''
    return found === null ? [] : want(performance, { kind: 'wantOpening', ticketId, number, openingId: opening, title })
  }
  const wish = wishOf(turn.definitions, { topic, commune, answers, day: turn.situation.today })
  return showOpenings(performance, { kind: 'showOpenings', topic, wish, page: 0, ticketId })
}

const REQUESTS_WITH_OPENINGS: readonly string[] = ['jobs', 'training']

/** Officers read the answers in Vietnamese, whatever language the talk was in. */
function answerLines({ turn, session }: Filing, type: RequestType, draft: FileTicketDraft): AnswerLine[] {
  const reader = { ...session, language: 'vi' as const }
  const lines = applyingQuestions(type, draft.answers)
    .filter((question) => question.id in draft.answers)
    .map((question) => ({
      id: question.id,
      label: wordsOf(turn, reader, { key: `${question.text}.label` }),
      value: answerWords(turn, reader, question, draft.answers),
    }))
  const { member } = screenedSchema.parse(draft.screened)
  const about = { id: 'member', label: wordsOf(turn, reader, { key: 'check.who.label' }), value: member ?? '' }
  const told = member === null ? lines : [...lines, about]
  if (draft.village === null) return told
  return [
    ...told,
    { id: 'village', label: wordsOf(turn, reader, { key: 'engine.village.label' }), value: draft.village },
  ]
}

function unitComplainedOf({ turn }: Filing, draft: FileTicketDraft, day: string): string | undefined {
  if (draft.complaintAbout === null) return undefined
  if (draft.complaintAbout === 'commune') return draft.communeCode === null ? 'unknown' : `xa_${draft.communeCode}`
  if (draft.complaintAbout === 'unknown' || draft.complaintTopic === null) return 'unknown'
  return route(turn.definitions.territory, { topic: draft.complaintTopic, commune: draft.communeCode, day }).department
    .id
}

/** Judges what the request and a screening before it brought up, and keeps it with facts, day and versions. */
async function storeScreening(
  { tx, turn, contact }: Filing,
  type: RequestType,
  draft: FileTicketDraft,
): Promise<string | null> {
  const { eligibility } = turn.definitions
  const screened = screenedSchema.parse(draft.screened)
  const parsed = parseFacts(eligibility, { ...screened.facts, ...factsOfAnswers(type, draft.answers) })
  const facts = 'facts' in parsed ? parsed.facts : {}
  const asked = screened.programmes ?? (type.programme === undefined ? null : [type.programme])
  if (Object.keys(facts).length === 0 || (asked === null && Object.keys(screened.facts).length === 0)) return null
  const { determinations } = screen(eligibility, facts, turn.situation.today, asked ?? undefined)
  const id = newId()
  const sealed = sealJson(contact.key, storedScreening(eligibility, facts, turn.situation.today, determinations))
  await tx`insert into screenings (id, contact_id, day, sealed_screening, created_at)
    values (${id}, ${contact.id}, ${turn.situation.today}, ${sealed}, ${turn.situation.now})`
  return id
}

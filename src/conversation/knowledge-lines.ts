import { formatDay } from '../i18n.ts'
import { ASKED, type Asked } from '../knowledge/article.ts'
import { type Answer, answerFor } from '../knowledge/find-answer.ts'
import { basisLines } from '../knowledge/words.ts'
import { route } from '../territory/route.ts'
import { communeOfToday, isInForce, type Unit } from '../territory/territory.ts'
import type { Words } from './effects.ts'
import { placeWords } from './place-words.ts'
import type { Session } from './session.ts'
import { type Turn, wordsOf } from './situation.ts'

/** What the running talk was asked. Its subject holds `topic`, `asked` and, by name, the programmes in `about`. */
export function answerOf(turn: Turn, session: Session): Answer {
  const { topic = 'general_support', about = '' } = session.subject
  const programmes = about.split(' ').filter((id) => id !== '')
  const question = { topic, intent: askedOf(session), ...(programmes.length === 0 ? {} : { programmes }) }
  return answerFor(turn.definitions.knowledge, question, turn.situation.today)
}

function askedOf(session: Session): Asked {
  return ASKED.find((one) => one === session.subject.asked) ?? 'how_to_apply'
}

/** The answer; whom to see names the office of the person's own commune too. */
export function answerLines(turn: Turn, session: Session): Words[] {
  const answer = answerOf(turn, session)
  const told = paragraphs(turn, session, answer.blocks)
  const asked = askedOf(session)
  const documents = [...new Set(answer.basis.map(({ document }) => document))].slice(0, DOCUMENTS_NAMED)
  const cited: Words[] =
    documents.length === 0 ? [] : [{ key: 'knowledge.line.basis', values: { documents: documents.join('; ') } }]
  if (asked === 'office_now') return [...officeLines(turn, session), ...told, ...cited]
  return asked === 'whom_to_see' ? [...told, ...officeLines(turn, session), ...cited] : [...told, ...cited]
}

/** Named under an answer; all of them, with articles and days, are a tap away. */
const DOCUMENTS_NAMED = 2

/** What the answer rests on. */
export function basisOfAnswer(turn: Turn, session: Session): Words[] {
  const answer = answerOf(turn, session)
  const asked = askedOf(session)
  const told = [
    ...basisLines(answer.basis),
    ...(asked === 'office_now' || asked === 'whom_to_see'
      ? [{ key: 'knowledge.basis.routing', values: { basis: { key: routeOf(turn, session).basis, values: {} } } }]
      : []),
  ]
  const title: Words = { key: 'knowledge.basis.title', values: { topic: topicWords(session) } }
  if (told.length === 0) return [{ key: 'knowledge.basis.none' }]
  const { reviewed } = answer
  return [
    title,
    ...paragraphs(turn, session, [told]),
    ...(reviewed === null
      ? []
      : [{ key: 'knowledge.basis.reviewed', values: { on: formatDay(reviewed.on), by: formatDay(reviewed.by) } }]),
  ]
}

function paragraphs(turn: Turn, session: Session, blocks: Answer['blocks']): Words[] {
  return blocks.map((block) => block.map((line) => wordsOf(turn, session, line)).join('\n'))
}

function communeCode(turn: Turn, session: Session): string | null {
  const { commune } = session.answers
  return typeof commune === 'string' ? commune : (session.subject.place ?? turn.situation.communeCode)
}

function routeOf(turn: Turn, session: Session) {
  const { topic = 'general_support' } = session.subject
  return route(turn.definitions.territory, { topic, commune: communeCode(turn, session), day: turn.situation.today })
}

/** A topic in the middle of a sentence. */
function topicWords(session: Session): Words {
  const { topic = 'general_support' } = session.subject
  return { key: topic === 'general_support' ? 'knowledge.office.matters' : `topics.${topic}.name` }
}

/** Which place of today it is, who takes the matter there, and which body of the province stands over it. */
function officeLines(turn: Turn, session: Session): Words[] {
  const { unit, department, reason } = routeOf(turn, session)
  const name = (one: Unit) => one.name[session.language]
  const topic = topicWords(session)
  const centre = { key: 'programmes.where.commune_service_centre' }
  const isOpen = reason.key === 'routing.reason.noCommune'
  const desk: Words = isOpen
    ? { key: 'knowledge.office.anyDesk', values: { topic, centre } }
    : unit.kind === 'commune_desk'
      ? { key: 'knowledge.office.desk', values: { topic, unit: name(unit), centre } }
      : { key: 'knowledge.office.unit', values: { topic, unit: name(unit) } }
  const reached: Words[] = isOpen
    ? []
    : [
        ...(unit.address === null ? [] : [{ key: 'knowledge.office.address', values: { address: unit.address } }]),
        unit.phone === null
          ? { key: 'knowledge.office.noPhone' }
          : { key: 'knowledge.office.phone', values: { phone: unit.phone } },
      ]
  const over: Words[] =
    department.id === unit.id && !isOpen
      ? []
      : [{ key: 'knowledge.office.department', values: { department: name(department) } }]
  const block = (lines: Words[]) => lines.map((line) => wordsOf(turn, session, line)).join('\n')
  return [
    placeLine(turn, session),
    block([desk, ...reached]),
    block([...over, ...formerLine(turn, session, department)]),
  ]
    .flatMap((words) => words ?? [])
    .filter((words) => words !== '')
}

function placeLine(turn: Turn, session: Session): Words | null {
  const isAnswered = typeof session.answers.commune === 'string'
  const { formerly, among } = isAnswered ? {} : session.subject
  const code = communeCode(turn, session)
  if (among !== undefined && formerly !== undefined) {
    const units = among.split(' ').map((one) => placeWords(turn, one))
    return { key: 'knowledge.office.split', values: { old: formerly, units } }
  }
  if (code === null || communeOfToday(turn.definitions.territory, code) === undefined) return null
  const commune = placeWords(turn, code)
  return formerly === undefined
    ? { key: 'knowledge.office.commune', values: { commune } }
    : { key: 'knowledge.office.merged', values: { old: formerly, commune } }
}

/** Who stood over the matter before the departments were joined. */
function formerLine(turn: Turn, session: Session, department: Unit): Words[] {
  const { territory } = turn.definitions
  const rules = territory.routing.topics.get(session.subject.topic ?? 'general_support') ?? []
  const current = rules.filter((rule) => rule.department === department.id)
  const former = rules.findLast(
    (rule) => rule.department !== department.id && rule.to !== null && rule.to < turn.situation.today,
  )
  const [first] = current
  if (first === undefined || former === undefined || !current.some((rule) => isInForce(rule, turn.situation.today)))
    return []
  const unit = territory.unitById.get(former.department)
  if (unit === undefined) return []
  return [
    { key: 'knowledge.office.former', values: { day: formatDay(first.from), former: unit.name[session.language] } },
  ]
}

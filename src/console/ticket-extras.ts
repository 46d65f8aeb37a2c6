import { localDay } from '../clock.ts'
import { list } from '../db/list.ts'
import type { TicketDetails } from '../desk/read-ticket.ts'
import { relatedTickets } from '../desk/related-tickets.ts'
import { determine } from '../eligibility/determine.ts'
import { programmesOfTopic } from '../eligibility/programmes-of-topic.ts'
import type { Language } from '../i18n.ts'
import { versionOn } from '../knowledge/placeholders.ts'
import { HANDLING_ROLES } from '../notices/notify.ts'
import { lookersOf } from '../presence/presence.ts'
import { type FilledTemplate, fillTemplate, fits } from '../templates/template.ts'
import { topicName, unitName } from './names.ts'
import { programmeName } from './rule-words.ts'
import { storedDeterminations } from './screening-words.ts'
import type { ConsoleServices, Session, Visit } from './visit.ts'

/** What stands on the page of a ticket besides the ticket: what helps to answer it, and who else looks at it. */
export async function ticketExtras(
  services: ConsoleServices,
  visit: Visit & { session: Session },
  details: TicketDetails,
  now: Date,
) {
  const { sql, texts } = services
  const { officer } = visit.session
  const { ticket } = details
  const [related, colleagues, lookers] = await Promise.all([
    relatedTickets(sql, officer, ticket, now),
    sql<{ username: string; name: string }[]>`
      select username, name from officers
      where unit_id = ${ticket.unitId} and disabled_at is null
        and roles && ${list(sql, [...HANDLING_ROLES, 'head_of_unit'])}::text[]
      order by name, username limit 200`,
    lookersOf(sql, [ticket.id], now),
  ])
  const others = lookers.filter(({ officerId }) => officerId !== officer.id).map(({ name }) => name)
  return {
    related: {
      ...related,
      title: visit.t(ticket.contactId === null ? 'ticket.othersWalkIn' : 'ticket.others'),
      others: related.others.map((other) => ({
        ...other,
        topicName: topicName(texts, visit.language, other.topic),
        statusName: visit.t(`status.${other.status}`),
      })),
    },
    colleagues,
    looking: lookingWords(visit, others),
    checklist: checklistOf(services, visit, details, related.language, localDay(now)),
    templates: templatesOf(services, details, related.language, localDay(now)),
  }
}

export function lookingWords({ t }: Visit, names: readonly string[]): string {
  return names.length === 0 ? '' : t('ticket.looking', { names: names.join(', ') })
}

export interface TemplateChoice extends FilledTemplate {
  /** The rule that the words speak of. */
  rule: string | null
}

/** Templates that fit the ticket, in the citizen's language; those of its own topic first. */
export function templatesOf(
  { replyTemplates, eligibility, texts, territory }: ConsoleServices,
  { ticket }: TicketDetails,
  language: Language,
  day: string,
): TemplateChoice[] {
  const unit = unitName(territory, language, ticket.unitId)
  return replyTemplates
    .filter((template) => fits(template, ticket.topic))
    .toSorted((a, b) => Number(a.topic === undefined) - Number(b.topic === undefined))
    .map((template) => ({
      ...fillTemplate(template, { eligibility, texts }, { number: ticket.number, unit }, language, day),
      rule: template.programme ?? null,
    }))
}

const HELPS: readonly string[] = ['eligible', 'needs_officer']

/**
 * Papers to tick, in the citizen's language: of the programmes that the screening found, or, without one, of those of the
 * topic. Papers that nobody verified are not among them.
 */
function checklistOf(
  { eligibility, texts }: ConsoleServices,
  visit: Visit,
  { ticket, screening }: TicketDetails,
  language: Language,
  day: string,
) {
  const found = storedDeterminations(screening).filter(({ outcome }) => HELPS.includes(outcome))
  const screened = found.flatMap(({ programme, papers }) => [{ programme, papers: papers.map(({ key }) => key) }])
  const ofTopic = () =>
    programmesOfTopic(eligibility, ticket.topic).flatMap((id) => {
      const programme = eligibility.programmes.get(id)
      if (programme === undefined || versionOn(programme, day) === undefined) return []
      return [{ programme: id, papers: determine(programme, {}, day).papers.map(({ key }) => key) }]
    })
  const told = new Set<string>()
  const isFirst = (words: string) => !told.has(words) && told.add(words) !== undefined
  const isScreened = screened.some(({ papers }) => papers.length > 0)
  const groups = (isScreened ? screened : ofTopic())
    .filter(({ papers }) => papers.length > 0)
    .map(({ programme, papers }) => ({
      name: programmeName(texts, visit.language, programme),
      papers: papers.flatMap((key) => (texts.has(language, key) ? [texts.text(language, key)] : [])).filter(isFirst),
    }))
    .filter(({ papers }) => papers.length > 0)
  return { title: visit.t(isScreened ? 'form.checklist' : 'form.checklistTopic'), isScreened, groups }
}

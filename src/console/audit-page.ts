import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { type AuditLine, auditActions, listAudit } from '../audit/list-audit.ts'
import { recordAudit } from '../audit/record.ts'
import { chainHead } from '../audit/verify.ts'
import { formatDay } from '../i18n.ts'
import { findOfficer } from '../officers/list-officers.ts'
import { mayAudit } from '../officers/permissions.ts'
import { adminTabs } from './admin-menu.ts'
import { type OfficerVisit, openPage } from './admin-visit.ts'
import { momentWords } from './due-words.ts'
import { textOr, unitName } from './names.ts'
import type { ConsoleServices, Pages } from './visit.ts'

const PATH = '/console/audit'
const PAGE_SIZE = 50
const DAY_MS = 86_400_000

const choice = z
  .string()
  .trim()
  .max(60)
  .transform((text) => text || undefined)
  .optional()
  .catch(undefined)
const querySchema = z.object({
  officer: z.uuid().optional().catch(undefined),
  action: choice,
  ticket: choice,
  day: z.iso.date().regex(/^20/).optional().catch(undefined),
  before: z.coerce.number().int().positive().optional().catch(undefined),
})
type Query = z.infer<typeof querySchema>

/** Who read and did what, for auditors and administrators. Reading it stands in it. */
export function auditRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, clock, texts } = services

  app.get('/audit', async (request, reply) => {
    const opened = await openPage(pages, request, reply, mayAudit)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const { language, session } = visit
    const query = querySchema.parse(request.query)
    const { officer, action, ticket, day, before } = query
    const filter = {
      actorId: officer,
      action,
      ticket: ticket?.toUpperCase(),
      between: day === undefined ? undefined : dayBounds(day),
    }
    const [page, actions, chosen, head] = await Promise.all([
      listAudit(sql, filter, { before, limit: PAGE_SIZE }),
      auditActions(sql),
      officer === undefined ? null : findOfficer(sql, officer),
      chainHead(sql),
    ])
    const subject =
      ticket !== undefined
        ? { subjectKind: 'ticket', subjectId: ticket.toUpperCase() }
        : officer !== undefined
          ? { subjectKind: 'officer', subjectId: officer }
          : {}
    const facts = { ...(action && { action }), ...(day && { day }) }
    await recordAudit(sql, { actorId: session.officer.id, action: 'audit-read', ...subject, facts }, clock.now())
    const text = (key: string) => texts.text(language, key)
    const p = (key: string, values?: Record<string, unknown>) => texts.text(language, `audit.${key}`, values)
    const link = (changed: Partial<Query>) => `${PATH}?${addressOf({ ...query, ...changed })}`
    return pages.show(reply, visit, 'audit', {
      title: p('title'),
      p,
      tabs: adminTabs(session.officer, PATH, text),
      query,
      chosen: chosen?.name ?? null,
      actions: actions
        .map((value) => ({ value, label: actionWords(services, visit, value) }))
        .sort((a, b) => a.label.localeCompare(b.label, language)),
      lines: page.items.map((line) => lineOf(services, visit, line, link)),
      isFiltered: [officer, action, ticket, day].some((value) => value !== undefined),
      firstPage: before === undefined ? null : link({ before: undefined }),
      nextPage: page.nextBefore === null ? null : link({ before: page.nextBefore }),
      head: p('head', { count: head.count, head: head.head.slice(0, 16) }),
      headTitle: head.head,
    })
  })
}

/** A day in Hưng Yên. */
function dayBounds(day: string): [Date, Date] {
  const from = new Date(`${day}T00:00:00+07:00`)
  return [from, new Date(from.getTime() + DAY_MS)]
}

function addressOf(query: Query): string {
  const parts = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  return new URLSearchParams(parts as [string, string][]).toString()
}

function actionWords({ texts }: ConsoleServices, { language }: OfficerVisit, action: string): string {
  return textOr(texts, language, [`audit.action.${action}`], action)
}

function lineOf(
  services: ConsoleServices,
  visit: OfficerVisit,
  line: AuditLine,
  link: (changed: Partial<Query>) => string,
) {
  const { territory } = services
  const { language } = visit
  const { actor, subjectKind: kind, subjectId: id } = line
  const subject =
    id === null
      ? null
      : kind === 'ticket'
        ? { words: id, href: link({ ticket: id, before: undefined }) }
        : kind === 'officer'
          ? { words: line.subjectName ?? id, href: null }
          : kind === 'unit'
            ? { words: unitName(territory, language, id), href: null }
            : kind === 'calendar'
              ? { words: formatDay(id), href: null }
              : { words: id.length > 20 ? `${id.slice(0, 8)}…` : id, href: null }
  return {
    seq: line.seq,
    at: momentWords(line.at, language),
    actor: actor && { name: actor.name, href: link({ officer: actor.id, before: undefined }) },
    action: actionWords(services, visit, line.action),
    subject,
    details: factWords(services, visit, line.facts),
  }
}

/** Facts in words where there are some; what only the chain needs is left out. */
function factWords({ texts, territory }: ConsoleServices, { language }: OfficerVisit, facts: Record<string, unknown>) {
  return Object.entries(facts).flatMap(([name, value]) => {
    if (name === 'digest' || name === 'seq' || value === null || value === '' || (name === 'code' && value === 'none'))
      return []
    const label = textOr(texts, language, [`audit.fact.${name}`], name)
    return [`${label}: ${valueWords(value)}`]
  })

  function valueWords(value: unknown): string {
    if (Array.isArray(value)) return value.map(valueWords).join(', ')
    if (typeof value === 'object' && value !== null) {
      return Object.values(value)
        .flatMap((part) => (part === null ? [] : [valueWords(part)]))
        .join(', ')
    }
    if (typeof value === 'boolean') return texts.text(language, `audit.value.${value}`)
    const word = String(value)
    const unit = territory.unitById.get(word)
    return unit ? unit.name[language] : textOr(texts, language, [`admin.role.${word}`, `audit.value.${word}`], word)
  }
}

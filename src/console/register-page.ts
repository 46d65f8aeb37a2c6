import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { recordAudit } from '../audit/record.ts'
import { localDay } from '../clock.ts'
import { formatDay } from '../i18n.ts'
import { hasRole } from '../officers/permissions.ts'
import { eraseHousehold } from '../register/erase-household.ts'
import { findHouseholds, openHousehold } from '../register/find-households.ts'
import { REGISTER_STATUSES } from '../register/household.ts'
import { linksOfHousehold } from '../register/links.ts'
import { communesWithin, isWithin, registerScope } from '../register/scope.ts'
import { askToSignIn } from './ask-to-sign-in.ts'
import { momentWords } from './due-words.ts'
import { communeName } from './names.ts'
import { refuse } from './refuse.ts'
import {
  entryWords,
  householdName,
  noHousehold,
  notYourRegister,
  originName,
  registerSay,
  STYLES,
  whoWords,
} from './register-words.ts'
import { type ConsoleServices, isOwnForm, isSignedIn, type Pages } from './visit.ts'

const paramsSchema = z.object({ id: z.uuid() })
const querySchema = z.object({
  q: z.string().trim().max(100).catch(''),
  commune: z.string().max(20).catch(''),
  status: z.enum(REGISTER_STATUSES).optional().catch(undefined),
  after: z.uuid().optional().catch(undefined),
})

/** Search in the register, and one household with its history. Every opening is recorded. */
export function registerPageRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, clock, secrets, territory } = services
  const register = { sql, secrets }

  app.get('/register', async (request, reply) => {
    const visit = await pages.visitOf(request)
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
    const now = clock.now()
    const today = localDay(now)
    const { officer } = visit.session
    const scope = registerScope(territory, officer, today)
    if (scope === null) return notYourRegister(services, pages, reply, visit)
    const query = querySchema.parse(request.query)
    const communes = communesWithin(territory, scope)
    const chosen = communes.some(({ code }) => code === query.commune) ? query.commune : ''
    const found = await findHouseholds(register, {
      communes: chosen === '' ? scope.communes : [chosen],
      words: query.q,
      status: query.status ?? null,
      after: query.after ?? null,
    })
    const facts = { commune: chosen === '' ? null : chosen, shown: found.items.length }
    await recordAudit(sql, { actorId: officer.id, action: 'register-searched', subjectKind: 'register', facts }, now)
    const say = registerSay(services, visit)
    const link = (after: string | null) => {
      const asked = { q: query.q, commune: chosen, status: query.status ?? '', after: after ?? '' }
      return `/console/register?${new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== ''))}`
    }
    return pages.show(reply, visit, 'register', {
      title: say('title'),
      say,
      styles: STYLES,
      keeps: scope.keeps,
      query: { ...query, commune: chosen },
      communes: communes.length > 1 ? communes.map(({ code }) => ({ code, name: communeName(territory, code) })) : [],
      statuses: REGISTER_STATUSES.map((value) => ({ value, label: say(`status.${value}`) })),
      isAsked: query.q !== '' || chosen !== '' || query.status !== undefined,
      households: found.items.map(({ id, communeCode, entry }) => ({
        href: `/console/register/households/${id}`,
        name: householdName(say, entry),
        about: whoWords(say, entry),
        commune: communes.length > 1 ? communeName(territory, communeCode) : '',
        ...entryWords(services, say, entry, today),
      })),
      firstPage: query.after === undefined ? null : link(null),
      nextPage: found.next === null ? null : link(found.next),
    })
  })

  app.get('/register/households/:id', async (request, reply) => {
    const visit = await pages.visitOf(request)
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
    const now = clock.now()
    const today = localDay(now)
    const { officer } = visit.session
    const scope = registerScope(territory, officer, today)
    if (scope === null) return notYourRegister(services, pages, reply, visit)
    const params = paramsSchema.safeParse(request.params)
    const household = params.success ? await openHousehold(register, params.data.id) : null
    if (household === null || !isWithin(scope, household.communeCode)) return noHousehold(services, pages, reply, visit)
    await recordAudit(
      sql,
      { actorId: officer.id, action: 'household-read', subjectKind: 'household', subjectId: household.id },
      now,
    )
    const links = await linksOfHousehold(register, household.id)
    const say = registerSay(services, visit)
    const who = household.entries.find((entry) => entry.who !== null)?.who ?? null
    const [last] = household.entries
    return pages.show(reply, visit, 'register-household', {
      title: last === undefined ? say('erasedName') : householdName(say, last),
      say,
      styles: STYLES,
      id: household.id,
      isErased: household.erasedAt !== null,
      commune: communeName(territory, household.communeCode),
      origin: household.origin === null ? '' : originName(services, household.origin),
      who: who && {
        birth: who.birth,
        sex: who.sex === null ? '' : say(`sex.${who.sex}`),
        village: who.village,
        identity: who.identity,
        certificate: who.certificate,
        certificateYear: who.certificateYear,
        decision: who.decision,
        decisionDate: who.decisionDate === null ? '' : formatDay(who.decisionDate),
        members: who.members.map((member) => ({
          ...member,
          sex: member.sex === null ? '' : say(`sex.${member.sex}`),
        })),
      },
      history: household.entries.map((entry, index) => {
        const words = entryWords(services, say, entry, today)
        // Of an earlier entry the next one says what became of it.
        return {
          ...words,
          hasLeft: index === 0 && words.hasLeft,
          certificate: entry.who?.certificate ?? '',
          decision: entry.who?.decision ?? '',
          recorded: momentWords(entry.recordedAt, visit.language),
        }
      }),
      links: links.map((link) => ({
        number: link.ticketNumber,
        words: say(`seen.${link.seen}`),
        by: say('linkedBy', { officer: link.officerName, moment: momentWords(link.linkedAt, visit.language) }),
        undone: link.undoneAt === null ? '' : say('linkUndone', { moment: momentWords(link.undoneAt, visit.language) }),
      })),
      mayErase: hasRole(officer, 'administrator') && household.erasedAt === null,
    })
  })

  app.post('/register/households/:id/erase', async (request, reply) => {
    const visit = await pages.visitOf(request)
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
    const { officer } = visit.session
    const body = z.object({ form_token: z.string(), sure: z.literal('yes') }).safeParse(request.body)
    if (!hasRole(officer, 'administrator')) return notYourRegister(services, pages, reply, visit)
    if (!body.success) return refuse(pages, reply, visit, 'badRequest', 400)
    if (!isOwnForm(secrets, visit.session, body.data.form_token)) return refuse(pages, reply, visit, 'crossSite', 403)
    const params = paramsSchema.safeParse(request.params)
    const erased = params.success && (await eraseHousehold(register, params.data.id, officer.id, clock.now()))
    if (!params.success || !erased) return noHousehold(services, pages, reply, visit)
    return reply.redirect(`/console/register/households/${params.data.id}`, 303)
  })
}

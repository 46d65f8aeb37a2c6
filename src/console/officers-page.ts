import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { localDay } from '../clock.ts'
import { SHORTEST_PASSWORD } from '../officers/change-password.ts'
import { findOfficer, listOfficers, type OfficerLine } from '../officers/list-officers.ts'
import {
  addOfficer,
  changeOfficer,
  disableOfficer,
  enableOfficer,
  type Managed,
  type Managing,
  resetPassword,
  resetTotp,
} from '../officers/manage-officers.ts'
import { isAdministrator, ROLES, type Role } from '../officers/permissions.ts'
import { unitsInForce } from '../territory/territory.ts'
import { adminTabs } from './admin-menu.ts'
import { type OfficerVisit, openForm, openPage } from './admin-visit.ts'
import { momentWords } from './due-words.ts'
import { unitName } from './names.ts'
import { refuse } from './refuse.ts'
import type { ConsoleServices, Pages } from './visit.ts'

const PATH = '/console/officers'
const PAGE_SIZE = 40

const choice = z
  .string()
  .trim()
  .max(100)
  .transform((text) => text || undefined)
  .optional()
  .catch(undefined)
const querySchema = z.object({
  q: choice,
  unit: choice,
  role: z.enum(ROLES).optional().catch(undefined),
  all: z.literal('1').optional().catch(undefined),
  cursor: z.string().max(600).optional().catch(undefined),
})
const DONE = ['changed', 'disabled', 'enabled', 'codes'] as const
const officerQuery = z.object({ done: z.enum(DONE).optional().catch(undefined) })
const draftSchema = z.object({
  username: z.string().trim().max(100).catch(''),
  name: z.string().trim().max(200).catch(''),
  unit: choice,
  password: z.string().max(400).catch(''),
  roles: z
    .union([z.enum(ROLES).transform((role) => [role]), z.array(z.enum(ROLES))])
    .optional()
    .catch(undefined),
})
type Draft = z.infer<typeof draftSchema>

const ACTS = {
  disable: { run: disableOfficer, done: 'disabled' },
  enable: { run: enableOfficer, done: 'enabled' },
  codes: { run: resetTotp, done: 'codes' },
} as const satisfies Record<
  string,
  { run: (managing: Managing, id: string) => Promise<Managed>; done: (typeof DONE)[number] }
>
const actSchema = z.object({ id: z.string(), act: z.enum(['disable', 'enable', 'codes', 'password']) })

/** Accounts: search, make, change, shut and open again, new password, one-time codes off. For administrators. */
export function officersRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, clock, texts, territory } = services

  const managing = (visit: OfficerVisit): Managing => {
    const now = clock.now()
    const today = localDay(now)
    const inForce = new Set(unitsInForce(territory, today).map((unit) => unit.id))
    return { sql, actorId: visit.session.officer.id, isUnit: (id) => inForce.has(id), now }
  }
  const wordsOf = ({ language }: OfficerVisit) => {
    return (key: string, values?: Record<string, unknown>) => texts.text(language, `admin.officers.${key}`, values)
  }
  const refusalOf = (visit: OfficerVisit, why: string) =>
    texts.text(visit.language, `admin.officers.fault.${why}`, { count: SHORTEST_PASSWORD })

  app.get('/officers', async (request, reply) => {
    const opened = await openPage(pages, request, reply, isAdministrator)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const query = querySchema.parse(request.query)
    const { q, unit: unitId, role, all, cursor } = query
    const page = await listOfficers(sql, { q, unitId, role, all: all === '1' }, { cursor, limit: PAGE_SIZE })
    const address = (at: string | null) =>
      `${PATH}?${new URLSearchParams(
        Object.entries({ ...query, cursor: at ?? undefined }).flatMap(([name, value]) =>
          value === undefined ? [] : [[name, value] as [string, string]],
        ),
      )}`
    return pages.show(reply, visit, 'officers', {
      ...frame(visit),
      title: wordsOf(visit)('title'),
      query,
      isFiltered: [q, unitId, role].some((value) => value !== undefined),
      items: page.items.map((officer) => lineOf(visit, officer)),
      firstPage: cursor === undefined ? null : address(null),
      nextPage: page.nextCursor === null ? null : address(page.nextCursor),
    })
  })

  app.get('/officers/new', async (request, reply) => {
    const opened = await openPage(pages, request, reply, isAdministrator)
    return 'answer' in opened ? opened.answer : showNew(reply, opened.visit, draftSchema.parse({}), null)
  })

  app.post('/officers/new', async (request, reply) => {
    const opened = await openForm(services, pages, request, reply, `${PATH}/new`, isAdministrator)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const draft = draftSchema.parse(request.body)
    const made = await addOfficer(
      managing(visit),
      { username: draft.username, name: draft.name, roles: draft.roles ?? [], unitId: draft.unit ?? null },
      draft.password === '' ? null : draft.password,
    )
    if (made.kind === 'refused') return showNew(reply, visit, draft, refusalOf(visit, made.why), 422)
    return showOfficer(reply, visit, made.id, { password: draft.password === '' ? made.password : null, isNew: true })
  })

  app.get('/officers/:id', async (request, reply) => {
    const opened = await openPage(pages, request, reply, isAdministrator)
    if ('answer' in opened) return opened.answer
    const { done } = officerQuery.parse(request.query)
    return showOfficer(reply, opened.visit, idOf(request), { done })
  })

  app.post('/officers/:id', async (request, reply) => {
    const id = idOf(request)
    const opened = await openForm(services, pages, request, reply, `${PATH}/${id}`, isAdministrator)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const draft = draftSchema.parse(request.body)
    if ((await findOfficer(sql, id)) === null) return refuse(pages, reply, visit, 'notThere', 404)
    const outcome = await changeOfficer(managing(visit), id, {
      name: draft.name,
      roles: draft.roles ?? [],
      unitId: draft.unit ?? null,
    })
    if (outcome.kind === 'done') return reply.redirect(`${PATH}/${id}?done=changed`, 303)
    return showOfficer(reply, visit, id, { draft, notice: refusalOf(visit, outcome.why) }, 422)
  })

  app.post('/officers/:id/:act', async (request, reply) => {
    const params = actSchema.safeParse(request.params)
    const id = idOf(request)
    const opened = await openForm(services, pages, request, reply, `${PATH}/${id}`, isAdministrator)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    if (!params.success || (await findOfficer(sql, id)) === null) return refuse(pages, reply, visit, 'notThere', 404)
    const { act } = params.data
    if (act === 'password') {
      const reset = await resetPassword(managing(visit), id)
      if (reset.kind === 'done') return showOfficer(reply, visit, id, { password: reset.password })
      return showOfficer(reply, visit, id, { notice: refusalOf(visit, reset.why) }, 409)
    }
    const outcome = await ACTS[act].run(managing(visit), id)
    if (outcome.kind === 'done') return reply.redirect(`${PATH}/${id}?done=${ACTS[act].done}`, 303)
    return showOfficer(reply, visit, id, { notice: refusalOf(visit, outcome.why) }, 409)
  })

  function frame(visit: OfficerVisit) {
    const { language, session } = visit
    const order = new Intl.Collator(language)
    return {
      p: wordsOf(visit),
      tabs: adminTabs(session.officer, PATH, (key) => texts.text(language, key)),
      roles: ROLES.map((value) => ({ value, label: texts.text(language, `admin.role.${value}`) })),
      units: unitsInForce(territory, localDay(clock.now()))
        .map((unit) => ({ value: unit.id, label: unit.name[language] }))
        .sort((a, b) => order.compare(a.label, b.label)),
    }
  }

  function lineOf({ language }: OfficerVisit, officer: OfficerLine) {
    return {
      ...officer,
      roleNames: officer.roles.map((role) => texts.text(language, `admin.role.${role}`)),
      unitName: officer.unitId === null ? '' : unitName(territory, language, officer.unitId),
      lastSeen: officer.lastSeenAt === null ? null : momentWords(officer.lastSeenAt, language),
      since: momentWords(officer.createdAt, language),
      disabledSince: officer.disabledAt === null ? null : momentWords(officer.disabledAt, language),
    }
  }

  function showNew(reply: FastifyReply, visit: OfficerVisit, draft: Draft, notice: string | null, status = 200) {
    const title = wordsOf(visit)('new')
    const data = { ...frame(visit), title, draft: { ...draft, password: '' }, notice, shortest: SHORTEST_PASSWORD }
    return pages.show(reply, { ...visit, path: `${PATH}/new` }, 'officer-new', data, status)
  }

  async function showOfficer(
    reply: FastifyReply,
    visit: OfficerVisit,
    id: string,
    shown: {
      done?: (typeof DONE)[number] | undefined
      password?: string | null
      isNew?: boolean
      draft?: Draft
      notice?: string
    },
    status = 200,
  ): Promise<FastifyReply> {
    const officer = await findOfficer(sql, id)
    if (officer === null) return refuse(pages, reply, visit, 'notThere', 404)
    const { draft } = shown
    const given: { name: string; unit: string | undefined; roles: readonly Role[] } = draft
      ? { name: draft.name, unit: draft.unit, roles: draft.roles ?? [] }
      : { name: officer.name, unit: officer.unitId ?? undefined, roles: officer.roles }
    return pages.show(
      reply,
      { ...visit, path: `${PATH}/${id}` },
      'officer',
      {
        ...frame(visit),
        title: officer.name,
        person: lineOf(visit, officer),
        draft: given,
        isSelf: id === visit.session.officer.id,
        done: shown.done === undefined ? null : wordsOf(visit)(`done.${shown.done}`),
        password: shown.password ?? null,
        isNew: shown.isNew === true,
        notice: shown.notice ?? null,
      },
      status,
    )
  }
}

function idOf(request: FastifyRequest): string {
  return z.object({ id: z.uuid().catch('') }).parse(request.params).id
}

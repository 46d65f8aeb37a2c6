import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { formatDay, formatNumber } from '../i18n.ts'
import { folded } from '../spreadsheet/words.ts'
import { deleteList, KEPT_DAYS } from '../village-list/forget-lists.ts'
import type { OutcomeCode } from '../village-list/judge-row.ts'
import { findList, type OpenedRow, recordListRead, rowsOf, type VillageList } from '../village-list/open-list.ts'
import type { PersonRow } from '../village-list/read-row.ts'
import { askToSignIn } from './ask-to-sign-in.ts'
import { momentWords } from './due-words.ts'
import { textOr } from './names.ts'
import { refuse } from './refuse.ts'
import {
  ageWords,
  listName,
  programmeName,
  type RowWords,
  reasonsOf,
  rowFaultWords,
  rowWords,
  type Say,
  sayOf,
} from './village-words.ts'
import { type ConsoleServices, isOwnForm, isSignedIn, type Pages, type Session, type Visit } from './visit.ts'

const PAGE_SIZE = 50
const SHOWN = ['all', 'hopeful', 'faulty'] as const
/** Outcomes that somebody looks for; `e` takes those with it for whom something better exists. */
const ASKED = ['e', 'o', 'u'] as const

const paramsSchema = z.object({ id: z.uuid() })
const rowParamsSchema = z.object({ id: z.uuid(), number: z.coerce.number().int().min(1) })
const querySchema = z.object({
  show: z.enum(SHOWN).catch('all'),
  programme: z.string().max(100).optional().catch(undefined),
  outcome: z.enum(ASKED).catch('e'),
  q: z.string().trim().max(100).catch(''),
  from: z.coerce.number().int().min(1).catch(1),
})
type Query = z.infer<typeof querySchema>

/** One list: how far it is, what was found by programme and by person. */
export function villagePageRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, secrets, clock } = services

  app.get('/village-lists/:id', async (request, reply) => {
    const { visit, list } = await listFor(request)
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
    if (list === null) return noList(reply, visit)
    const query = querySchema.parse(request.query)
    await recordListRead(sql, visit.session.officer.id, list, clock.now())
    const say = sayOf(services, visit)
    const found = await pageOf(list, query)
    const link = (changed: Partial<Query>) => linkOf(list.id, { ...query, from: 1, ...changed })
    return pages.show(reply, visit, 'village-list', {
      title: listName(list),
      say,
      styles: ['console/village.css'],
      list: headOf(visit, say, list),
      progress: progressOf(say, list),
      programmes: programmesOf(visit, say, list, link),
      ...aboutFile(say, list),
      assumed: assumedOf(visit, list),
      query,
      filtered: query.programme === undefined ? null : filteredWords(visit, say, query),
      tabs: SHOWN.map((show) => ({
        label: say(`show.${show}`, { count: countOf(list, show) }),
        href: linkOf(list.id, { ...query, show, programme: undefined, from: 1 }),
        current: query.programme === undefined && query.show === show,
      })),
      rows: found.rows.map((row): RowWords => rowWords(services, visit, say, row)),
      firstPage: query.from > 1 ? link({}) : null,
      nextPage: found.next === null ? null : link({ from: found.next }),
    })
  })

  // Asked every second by an open page while the list is being judged.
  app.get('/village-lists/:id/progress', async (request, reply) => {
    const { visit, list } = await listFor(request)
    if (!isSignedIn(visit)) return reply.code(401).send()
    if (list === null) return reply.code(404).send()
    const progress = progressOf(sayOf(services, visit), list)
    if (progress === null) reply.header('hx-refresh', 'true')
    return pages.showPart(reply, visit, 'village-progress', { progress, id: list.id })
  })

  app.get('/village-lists/:id/rows/:number', async (request, reply) => {
    const { visit, list } = await listFor(request)
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
    const params = rowParamsSchema.safeParse(request.params)
    const opened = list === null || !params.success ? null : await findRow(list, params.data.number)
    if (list === null || opened === null) return noList(reply, visit)
    await recordListRead(sql, visit.session.officer.id, list, clock.now())
    const say = sayOf(services, visit)
    const { row } = opened
    return pages.show(reply, visit, 'village-row', {
      title: row.name === '' ? say('noName') : row.name,
      say,
      styles: ['console/village.css'],
      back: `/console/village-lists/${list.id}?from=${row.number}`,
      listName: listName(list),
      number: row.number,
      judgedOn: formatDay(list.judgedOn),
      isWaiting: row.kind === 'person' && opened.outcomes === '',
      faults: row.kind === 'faulty' ? row.faults.map((fault) => rowFaultWords(say, fault)) : [],
      facts: row.kind === 'person' ? factsOf(visit, say, row) : [],
      notes: row.kind === 'person' ? row.notes.map(({ key, value }) => say(`note.${key}`, { value })) : [],
      groups: row.kind === 'person' ? reasonsOf(services, visit, say, list, { ...opened, row }) : [],
    })
  })

  app.post('/village-lists/:id/delete', async (request, reply) => {
    const { visit, list } = await listFor(request)
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
    const body = z.object({ form_token: z.string() }).safeParse(request.body)
    if (!body.success || !isOwnForm(secrets, visit.session, body.data.form_token)) {
      return refuse(pages, reply, visit, 'crossSite', 403)
    }
    if (list === null) return noList(reply, visit)
    await deleteList(sql, list.id)
    return reply.redirect('/console/village-lists', 303)
  })

  async function listFor(request: FastifyRequest): Promise<{ visit: Visit; list: VillageList | null }> {
    const visit = await pages.visitOf(request)
    const params = paramsSchema.safeParse(request.params)
    if (!isSignedIn(visit) || !params.success) return { visit, list: null }
    return { visit, list: await findList(sql, secrets, visit.session.officer, params.data.id, clock.now()) }
  }

  function noList(reply: FastifyReply, visit: Visit & { session: Session }): FastifyReply {
    const say = sayOf(services, visit)
    const next = { href: '/console/village-lists', label: say('toLists') }
    return pages.show(reply, visit, 'message', { title: say('noList'), text: say('noListText'), next }, 404)
  }

  /** The rows of one page, and where the next one begins. */
  async function pageOf(list: VillageList, query: Query): Promise<{ rows: OpenedRow[]; next: number | null }> {
    const rows: OpenedRow[] = []
    for await (const some of rowsOf(sql, list)) {
      for (const opened of some) {
        if (opened.row.number < query.from || !isWanted(opened, query)) continue
        if (rows.length === PAGE_SIZE) return { rows, next: opened.row.number }
        rows.push(opened)
      }
    }
    return { rows, next: null }
  }

  async function findRow(list: VillageList, number: number): Promise<OpenedRow | null> {
    for await (const some of rowsOf(sql, list)) {
      const found = some.find(({ row }) => row.number === number)
      if (found !== undefined) return found
    }
    return null
  }

  function factsOf(visit: Visit, say: Say, row: PersonRow): { label: string; value: string }[] {
    const { texts } = services
    const wordsOf = (id: string, value: string | number | boolean | null) => {
      if (value === null) return visit.t('fact.unknown')
      if (typeof value === 'boolean') return visit.t(value ? 'fact.yes' : 'fact.no')
      if (typeof value === 'number') return formatNumber(value)
      return textOr(texts, visit.language, [`facts.${id}.values.${value}`], value)
    }
    const age = ageWords(say, row)
    return [
      ...(age === '' ? [] : [{ label: say('age'), value: age }]),
      ...(row.village === '' ? [] : [{ label: say('village'), value: row.village }]),
      ...Object.entries(row.facts).map(([id, value]) => ({
        label: textOr(texts, visit.language, [`village.fact.${id}`, `facts.${id}.label`], id),
        value: wordsOf(id, value),
      })),
    ]
  }

  function programmesOf(visit: Visit, say: Say, list: VillageList, link: (changed: Partial<Query>) => string) {
    const { eligibility } = services
    const lines = Object.entries(list.counts.programmes).map(([id, counts]) => {
      const better = counts.s ?? 0
      const of = { e: (counts.e ?? 0) + better, o: counts.o ?? 0, u: counts.u ?? 0 }
      return {
        name: programmeName(services, visit, id),
        kind: eligibility.programmes.get(id)?.kind ?? 'entitlement',
        better: better === 0 ? '' : say('betterCount', { count: formatNumber(better) }),
        of,
        numbers: ASKED.map((outcome) => ({
          label: say(`found.${outcome}`),
          count: formatNumber(of[outcome]),
          href: of[outcome] === 0 ? null : link({ programme: id, outcome, show: 'all' }),
        })),
      }
    })
    const sorted = lines
      .filter(({ of }) => of.e + of.o + of.u > 0)
      .sort((one, other) => other.of.e - one.of.e || other.of.o - one.of.o || other.of.u - one.of.u)
    return {
      main: sorted.filter(({ of }) => of.e > 0),
      others: sorted.filter(({ of }) => of.e === 0),
    }
  }

  /** What was taken for granted somewhere, with how many people. */
  function assumedOf({ language }: Visit, { counts }: VillageList) {
    return Object.entries(counts.assumed)
      .sort(([, one], [, other]) => other - one)
      .map(([fact, people]) => ({
        text: textOr(services.texts, language, [`facts.${fact}.assumed`, `facts.${fact}.label`], fact),
        people: formatNumber(people),
      }))
  }

  function filteredWords(visit: Visit, say: Say, { programme = '', outcome }: Query): string {
    return say('filtered', { programme: programmeName(services, visit, programme), outcome: say(`found.${outcome}`) })
  }
}

function linkOf(id: string, { show, programme, outcome, q, from }: Query): string {
  const parts = new URLSearchParams()
  if (programme !== undefined) {
    parts.set('programme', programme)
    parts.set('outcome', outcome)
  } else if (show !== 'all') parts.set('show', show)
  if (q !== '') parts.set('q', q)
  if (from > 1) parts.set('from', String(from))
  const query = parts.size === 0 ? '' : `?${parts}`
  return `/console/village-lists/${id}${query}#people`
}

function isWanted({ row, outcomes, programmes }: OpenedRow, { show, programme, outcome, q }: Query): boolean {
  if (q !== '' && !folded(row.name).includes(folded(q))) return false
  if (programme !== undefined) {
    const code = outcomes[programmes.indexOf(programme)] as OutcomeCode | undefined
    return code === outcome || (outcome === 'e' && code === 's')
  }
  if (show === 'faulty') return row.kind === 'faulty'
  return show === 'all' || outcomes.includes('e')
}

function countOf(list: VillageList, show: Query['show']): string {
  if (show === 'faulty') return `: ${formatNumber(list.rowsFaulty)}`
  return show === 'all' ? `: ${formatNumber(list.rowsTotal)}` : ''
}

function headOf(visit: Visit, say: Say, list: VillageList) {
  const forgotten = new Date(list.createdAt.getTime() + KEPT_DAYS * 86_400_000)
  return {
    id: list.id,
    name: listName(list),
    about: say('about', { day: formatDay(list.judgedOn), moment: momentWords(list.createdAt, visit.language) }),
    kept: say('keptUntil', { moment: momentWords(forgotten, visit.language) }),
    isDone: list.state === 'done',
    isFailed: list.state === 'failed',
    total: formatNumber(list.rowsTotal),
    judged: formatNumber(list.rowsJudged),
    faulty: list.rowsFaulty,
    faultyWords: formatNumber(list.rowsFaulty),
  }
}

/** How far it is; null when nothing is left to wait for. */
function progressOf(say: Say, list: VillageList) {
  if (list.state === 'done' || list.state === 'failed') return null
  const done = list.rowsJudged + list.rowsFaulty
  const values = { done: formatNumber(done), total: formatNumber(list.rowsTotal) }
  return { done, total: list.rowsTotal, words: say(list.isResting ? 'progressResting' : 'progress', values) }
}

/** How the file was understood, and what of it names nobody. */
function aboutFile(say: Say, { about }: VillageList) {
  return {
    columns: about.columns.map(({ id, heading, letter }) => ({ letter, heading, means: say(`column.${id}`) })),
    unused: about.unused,
    passed: about.passed.map(({ number, text, why }) => ({ number, text, why: say(`passed.${why}`) })),
    sheet: about.sheet === '' ? '' : say('sheet', { sheet: about.sheet }),
    otherSheets: about.otherSheets.length === 0 ? '' : say('otherSheets', { sheets: about.otherSheets.join(', ') }),
    commonStatus:
      typeof about.common.household_status === 'string' ? say(`status.${about.common.household_status}`) : '',
  }
}

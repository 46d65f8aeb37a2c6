import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { recordAudit } from '../audit/record.ts'
import { localDay } from '../clock.ts'
import { applyImport, countsOf, previewOf, revisionOf } from '../register/apply-import.ts'
import { TEMPLATE } from '../register/columns.ts'
import { namesOfHouseholds } from '../register/find-households.ts'
import { discardImport, findImport, type KeptRow, type RegisterImport, rowsOf } from '../register/open-import.ts'
import { CHANGE_KINDS, type Change } from '../register/plan-import.ts'
import { isWithin, type RegisterScope, registerScope } from '../register/scope.ts'
import { BYTE_ORDER_MARK, csvLine } from '../spreadsheet/write-csv.ts'
import { writeXlsx } from '../spreadsheet/write-xlsx.ts'
import { askToSignIn } from './ask-to-sign-in.ts'
import { momentWords } from './due-words.ts'
import { refuse } from './refuse.ts'
import {
  faultWords,
  householdName,
  importName,
  noHousehold,
  notYourRegister,
  registerSay,
  STYLES,
  whoWords,
} from './register-words.ts'
import { type ConsoleServices, isOwnForm, isSignedIn, type Pages, type Session, type Visit } from './visit.ts'

const PAGE_SIZE = 50
const FORMATS = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}
type Format = keyof typeof FORMATS
/** What is shown first: what the officer has to look at. */
const SHOWN = ['faulty', ...CHANGE_KINDS] as const
type Shown = (typeof SHOWN)[number]

const paramsSchema = z.object({ id: z.uuid() })
const querySchema = z.object({
  show: z.enum(SHOWN).optional().catch(undefined),
  from: z.coerce.number().int().min(0).catch(0),
  stale: z.string().optional(),
})

/** One list that was handed over: what it would change, then what it changed; its faults as a file. */
export function registerImportRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, secrets, clock, territory } = services
  const register = { sql, secrets }

  app.get('/register/imports/:id', async (request, reply) => {
    const { visit, scope, found } = await importFor(request)
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
    if (scope === null) return notYourRegister(services, pages, reply, visit)
    if (found === null) return noHousehold(services, pages, reply, visit)
    const now = clock.now()
    const query = querySchema.parse(request.query)
    await recordAudit(sql, readOf(visit, found), now)
    const revision = await revisionOf(register, found.communeCode)
    const rows = await rowsOf(sql, found)
    const isWaiting = found.state === 'preview'
    const changes = isWaiting ? await previewOf(register, found, rows, new Map(), now) : []
    const counts = countsOfAll(found, rows, changes)
    const say = registerSay(services, visit)
    const tabs = SHOWN.filter((one) => (counts[one] ?? 0) > 0 && (isWaiting || one === 'faulty'))
    const show = query.show ?? tabs[0]
    const page = await linesOf(visit, rows, changes, show, query.from)
    const { about } = found
    return pages.show(reply, visit, 'register-import', {
      title: importName(services, visit, found),
      say,
      styles: STYLES,
      id: found.id,
      state: found.state,
      stateName: say(`state.${found.state}`),
      about: say('importAbout', { moment: momentWords(found.createdAt, visit.language), officer: found.officerName }),
      fileName: about?.fileName ?? '',
      covers:
        found.covers.length === 0
          ? say('coversNone')
          : say('coversThese', { statuses: found.covers.map((one) => say(`status.${one}`)).join(', ') }),
      isStale: query.stale !== undefined,
      isForgotten: about === null && found.state === 'applied',
      counts: SHOWN.map((kind) => ({
        kind,
        label: say(`change.${kind}`),
        count: counts[kind] ?? 0,
      })),
      mayApply: isWaiting && scope.keeps,
      changesNothing: isWaiting && changes.every(({ kind }) => kind === 'unchanged'),
      revision,
      duplicates: isWaiting ? await duplicatesOf(visit, rows, changes) : [],
      tabs: tabs.map((one) => ({
        label: say('tab', { name: say(`change.${one}`), count: counts[one] ?? 0 }),
        href: `/console/register/imports/${found.id}?show=${one}#lines`,
        current: one === show,
      })),
      show: show ?? '',
      what: show === undefined ? '' : say(`what.${show}`),
      lines: page.lines,
      firstPage: query.from > 0 ? `/console/register/imports/${found.id}?show=${show}#lines` : null,
      nextPage:
        page.next === null ? null : `/console/register/imports/${found.id}?show=${show}&from=${page.next}#lines`,
      faulty: counts.faulty ?? 0,
      sheet: about === null || about.sheet === '' ? '' : say('sheet', { name: about.sheet }),
      otherSheets:
        about === null || about.otherSheets.length === 0
          ? ''
          : say('otherSheets', { names: about.otherSheets.join(', ') }),
      columns: (about?.columns ?? []).map(({ id, heading, letter }) => ({
        letter,
        heading,
        means: say(`column.${id}`),
      })),
      unused: about?.unused ?? [],
      passed: (about?.passed ?? []).map(({ number, text, why }) => ({ number, text, why: say(`passed.${why}`) })),
    })
  })

  app.post('/register/imports/:id/apply', async (request, reply) => {
    const { visit, scope, found } = await importFor(request)
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
    if (scope?.keeps !== true) return notYourRegister(services, pages, reply, visit)
    const body = z.looseObject({ form_token: z.string(), revision: z.coerce.number().int() }).safeParse(request.body)
    if (!body.success) return refuse(pages, reply, visit, 'badRequest', 400)
    if (!isOwnForm(secrets, visit.session, body.data.form_token)) return refuse(pages, reply, visit, 'crossSite', 403)
    if (found === null) return noHousehold(services, pages, reply, visit)
    const same = new Map(
      Object.entries(body.data).flatMap(([name, value]): [number, string][] => {
        const number = /^same_(\d+)$/.exec(name)?.[1]
        const id = z.uuid().safeParse(value)
        return number === undefined || !id.success ? [] : [[Number(number), id.data]]
      }),
    )
    const { revision } = body.data
    const done = await applyImport(
      register,
      found,
      { officerId: visit.session.officer.id, revision, same },
      clock.now(),
    )
    return reply.redirect(`/console/register/imports/${found.id}${done.kind === 'stale' ? '?stale=1' : ''}`, 303)
  })

  app.post('/register/imports/:id/discard', async (request, reply) => {
    const { visit, scope, found } = await importFor(request)
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
    if (scope?.keeps !== true) return notYourRegister(services, pages, reply, visit)
    const body = z.object({ form_token: z.string() }).safeParse(request.body)
    if (!body.success || !isOwnForm(secrets, visit.session, body.data.form_token)) {
      return refuse(pages, reply, visit, 'crossSite', 403)
    }
    if (found === null) return noHousehold(services, pages, reply, visit)
    await discardImport(register, found.id, visit.session.officer.id, clock.now())
    return reply.redirect('/console/register/imports', 303)
  })

  for (const format of Object.keys(FORMATS) as Format[]) {
    app.get(`/register/template.${format}`, async (request, reply) => {
      const visit = await pages.visitOf(request)
      if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
      if (scopeOf(visit) === null) return notYourRegister(services, pages, reply, visit)
      // In Vietnamese whatever the language of the page: the list is the office's own.
      const headings = TEMPLATE.map((id) => services.texts.text('vi', `register.column.${id}`))
      return sendFile(
        reply,
        format,
        `mau-so-ho-ngheo.${format}`,
        [headings],
        headings.map(() => 20),
      )
    })

    app.get(`/register/imports/:id/faults.${format}`, async (request, reply) => {
      const { visit, scope, found } = await importFor(request)
      if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
      if (scope === null) return notYourRegister(services, pages, reply, visit)
      if (found === null) return noHousehold(services, pages, reply, visit)
      await recordAudit(sql, readOf(visit, found), clock.now())
      const say = registerSay(services, visit)
      const lines = (await rowsOf(sql, found)).flatMap((row) =>
        row.kind === 'faulty'
          ? row.faults.map((fault) => [fault.number, row.name, row.village, faultWords(services, visit, fault)])
          : [],
      )
      const headings = [say('file.line'), say('file.head'), say('file.village'), say('file.wrong')]
      return sendFile(reply, format, `loi-danh-sach-${found.year}.${format}`, [headings, ...lines], [8, 28, 24, 80])
    })
  }

  async function sendFile(
    reply: FastifyReply,
    format: Format,
    name: string,
    lines: (string | number)[][],
    widths: readonly number[],
  ): Promise<FastifyReply> {
    reply
      .header('content-disposition', `attachment; filename="${name}"`)
      .header('cache-control', 'private, no-store')
      .type(FORMATS[format])
    if (format === 'csv') return reply.send(BYTE_ORDER_MARK + lines.map(csvLine).join(''))
    return reply.send(await writeXlsx(lines, widths))
  }

  function scopeOf(visit: Visit & { session: Session }): RegisterScope | null {
    return registerScope(territory, visit.session.officer, localDay(clock.now()))
  }

  async function importFor(
    request: FastifyRequest,
  ): Promise<{ visit: Visit; scope: RegisterScope | null; found: RegisterImport | null }> {
    const visit = await pages.visitOf(request)
    const scope = isSignedIn(visit) ? scopeOf(visit) : null
    const params = paramsSchema.safeParse(request.params)
    const found = scope === null || !params.success ? null : await findImport(register, params.data.id)
    return {
      visit,
      scope,
      found: found !== null && scope !== null && isWithin(scope, found.communeCode) ? found : null,
    }
  }

  function readOf(visit: Visit & { session: Session }, { id }: RegisterImport) {
    return {
      actorId: visit.session.officer.id,
      action: 'register-import-read',
      subjectKind: 'register-import',
      subjectId: id,
    }
  }

  /** One page of one kind of line, in the order of the file. */
  async function linesOf(
    visit: Visit,
    rows: readonly KeptRow[],
    changes: readonly Change[],
    show: Shown | undefined,
    from: number,
  ) {
    const say = registerSay(services, visit)
    const byNumber = new Map(rows.map((row) => [row.number, row]))
    if (show === 'faulty') {
      const faulty = rows.filter((row) => row.kind === 'faulty')
      const lines = faulty.slice(from, from + PAGE_SIZE).map((row) => ({
        number: row.number,
        name: row.name === '' ? say('noName') : row.name,
        about: row.village,
        words: row.faults.map((fault) =>
          say('faultLine', { number: fault.number, text: faultWords(services, visit, fault) }),
        ),
        isFaulty: true,
        href: null,
      }))
      return { lines, next: faulty.length > from + PAGE_SIZE ? from + PAGE_SIZE : null }
    }
    const these = changes.filter((one) => one.kind === show)
    const some = these.slice(from, from + PAGE_SIZE)
    const ids = some.flatMap((one) => ('householdId' in one ? [one.householdId] : []))
    const known = await namesOfHouseholds(register, ids)
    const lines = some.map((change) => {
      const householdId = 'householdId' in change ? change.householdId : null
      const row = change.kind === 'gone' ? undefined : byNumber.get(change.number)
      const entry = householdId === null ? undefined : known.get(householdId)
      const listed = row?.kind === 'household' ? row : undefined
      return {
        number: row?.number ?? null,
        name: listed?.who.name ?? householdName(say, entry),
        about:
          entry === undefined
            ? [listed?.who.birth, listed?.who.village].filter(Boolean).join(' · ')
            : whoWords(say, entry),
        words: wordsOf(visit, change, listed),
        isFaulty: false,
        href: householdId === null ? null : `/console/register/households/${householdId}`,
      }
    })
    return { lines, next: these.length > from + PAGE_SIZE ? from + PAGE_SIZE : null }
  }

  function wordsOf(visit: Visit, change: Change, row: Extract<KeptRow, { kind: 'household' }> | undefined): string[] {
    const say = registerSay(services, visit)
    const now = row === undefined ? '' : say(`status.${row.standing.status}`)
    const notes = (row?.notes ?? []).map(({ key, value }) => say(`note.${key}`, { value }))
    if (change.kind === 'changed') {
      return [say('fromTo', { before: say(`status.${change.before}`), now, from: dayWords(change.from) }), ...notes]
    }
    if (change.kind === 'gone') {
      return [say('goneLine', { before: say(`status.${change.before}`), to: dayWords(change.to) }), ...notes]
    }
    return 'from' in change ? [say('statusFrom', { now, from: dayWords(change.from) }), ...notes] : [now, ...notes]
  }

  /** New households that bear the name of one that would be gone. */
  async function duplicatesOf(visit: Visit, rows: readonly KeptRow[], changes: readonly Change[]) {
    const say = registerSay(services, visit)
    const doubtful = changes.flatMap((one) => (one.kind === 'new' && one.namesakes.length > 0 ? [one] : []))
    const some = doubtful.slice(0, PAGE_SIZE)
    const known = await namesOfHouseholds(
      register,
      some.flatMap(({ namesakes }) => namesakes),
    )
    const byNumber = new Map(rows.map((row) => [row.number, row]))
    return some.map(({ number, namesakes }) => {
      const row = byNumber.get(number)
      const who = row?.kind === 'household' ? row.who : null
      return {
        number,
        name: who?.name ?? '',
        about: [who?.birth, who?.village].filter(Boolean).join(' · '),
        others: namesakes.slice(0, 5).map((id) => {
          const entry = known.get(id)
          const about = entry === undefined ? '' : whoWords(say, entry)
          return { id, label: say('sameAs', { name: householdName(say, entry), about, year: entry?.year ?? '' }) }
        }),
      }
    })
  }

  function countsOfAll(found: RegisterImport, rows: readonly KeptRow[], changes: readonly Change[]) {
    const counts: Record<string, number> = found.state === 'preview' ? countsOf(changes) : { ...found.counts }
    counts.faulty = found.state === 'preview' ? rows.filter(({ kind }) => kind === 'faulty').length : found.faulty
    return counts
  }
}

function dayWords(day: string): string {
  return day.split('-').reverse().join('/')
}

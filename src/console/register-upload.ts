import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { localDay } from '../clock.ts'
import { formatNumber } from '../i18n.ts'
import { newId } from '../ids.ts'
import { TEMPLATE } from '../register/columns.ts'
import { figureOn } from '../register/figures.ts'
import { REGISTER_STATUSES } from '../register/household.ts'
import { findImport, importsOf, storeImport } from '../register/open-import.ts'
import { MOST_HOUSEHOLDS } from '../register/read-households.ts'
import { readRegisterList } from '../register/read-register-list.ts'
import { communesWithin, isWithin, namesOf, originsOf, type RegisterScope, registerScope } from '../register/scope.ts'
import type { FileFault } from '../spreadsheet/file-fault.ts'
import { MOST_BYTES } from '../spreadsheet/read-file.ts'
import { tidy } from '../spreadsheet/words.ts'
import { askToSignIn } from './ask-to-sign-in.ts'
import { momentWords } from './due-words.ts'
import { communeName } from './names.ts'
import { readUpload } from './read-upload.ts'
import { refuse } from './refuse.ts'
import { importName, noticeOfCounts, notYourRegister, registerSay, STYLES } from './register-words.ts'
import { fileFaultWords, sayOf } from './village-words.ts'
import { type ConsoleServices, isOwnForm, isSignedIn, type Pages, type Session, type Visit } from './visit.ts'

/** More than a list may have, so that one that is too large is told so instead of being cut off on its way. */
const MOST_RECEIVED_BYTES = 16 * 1_048_576
const LONGEST_FILE_NAME = 120
const FIRST_YEAR = 2021

const formSchema = z.object({
  id: z.uuid(),
  form_token: z.string(),
  commune: z.string().max(20),
  origin: z.string().max(40).optional().catch(undefined),
  year: z.coerce.number().int().min(FIRST_YEAR),
  status: z.enum(REGISTER_STATUSES).optional().catch(undefined),
  covers_poor: z.string().optional(),
  covers_near_poor: z.string().optional(),
  covers_escaped_poverty: z.string().optional(),
})
interface Typed {
  commune: string
  origin: string
  year: number
  status: string
  covers: readonly string[]
}
/** Moments that the database can compare. */
const FIRST = new Date('2000-01-01')
const LAST = new Date('2099-12-31')

const querySchema = z.object({
  before: z.coerce.date().min(FIRST).max(LAST).optional().catch(undefined),
  commune: z.string().max(20).optional().catch(undefined),
})

/** The lists that were handed over, and the form for a new one. */
export function registerUploadRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, secrets, clock, territory } = services
  const register = { sql, secrets }
  const scopeOf = (visit: Visit & { session: Session }) =>
    registerScope(territory, visit.session.officer, localDay(clock.now()))

  app.get('/register/imports', async (request, reply) => {
    const visit = await pages.visitOf(request)
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
    const scope = scopeOf(visit)
    if (scope === null) return notYourRegister(services, pages, reply, visit)
    const { before, commune } = querySchema.parse(request.query)
    const typed = { ...untouched(), commune: commune ?? '' }
    return showForm(reply, visit, { scope, typed, fault: null, before: before ?? null, status: 200 })
  })

  app.register(async (inner) => {
    inner.addContentTypeParser(
      'multipart/form-data',
      { parseAs: 'buffer', bodyLimit: MOST_RECEIVED_BYTES },
      (_request, body, done) => done(null, body),
    )
    inner.setErrorHandler(async (error: { statusCode?: number }, request, reply) => {
      if (error.statusCode !== 413) throw error
      const visit = await pages.visitOf(request)
      const scope = isSignedIn(visit) ? scopeOf(visit) : null
      if (!isSignedIn(visit) || scope === null) return refuse(pages, reply, visit, 'tooLarge', 413)
      return showForm(reply, visit, { scope, typed: untouched(), fault: { key: 'too_big' }, before: null, status: 413 })
    })
    // Who sends it is settled before the file is taken in.
    const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
      const visit = await pages.visitOf(request)
      if (!isSignedIn(visit)) {
        return reply.redirect(`/console/sign-in?back=${encodeURIComponent('/console/register/imports')}`, 303)
      }
      return scopeOf(visit)?.keeps === true ? undefined : notYourRegister(services, pages, reply, visit)
    }
    inner.post('/register/imports', { onRequest }, receive)
  })

  async function receive(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const visit = await pages.visitOf(request)
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
    const scope = scopeOf(visit)
    if (scope?.keeps !== true) return notYourRegister(services, pages, reply, visit)
    const sent = await readUpload(request)
    const form = formSchema.safeParse(sent?.fields)
    const now = clock.now()
    const today = localDay(now)
    if (sent === null || !form.success || form.data.year > Number(today.slice(0, 4)) + 1) {
      return refuse(pages, reply, visit, 'badRequest', 400)
    }
    if (!isOwnForm(secrets, visit.session, form.data.form_token)) return refuse(pages, reply, visit, 'crossSite', 403)
    const { id, commune, year, status } = form.data
    const isOurs = communesWithin(territory, scope).some(({ code }) => code === commune)
    if (!isOurs) return notYourRegister(services, pages, reply, visit)
    const origin = originsOf(territory, commune).find(({ key }) => key === form.data.origin)?.key ?? null
    const covers = REGISTER_STATUSES.filter((one) => form.data[`covers_${one}`] !== undefined)
    const typed = { commune, origin: origin ?? '', year, status: status ?? '', covers }
    const again = (fault: FileFault) => showForm(reply, visit, { scope, typed, fault, before: null, status: 422 })
    if (sent.file === null) return again({ key: 'no_file' })

    const read = await readRegisterList({
      bytes: sent.file.bytes,
      year,
      today,
      commonStatus: status ?? null,
      childBelow: figureOn(services.eligibility, 'child_below_age', today) ?? 0,
      elderlyFrom: figureOn(services.eligibility, 'elderly_from_age', today) ?? Number.POSITIVE_INFINITY,
      communeNames: namesOf(territory, commune, origin),
    })
    if ('fault' in read) return again(read.fault)
    const about = { ...read.about, fileName: tidy(sent.file.name).slice(-LONGEST_FILE_NAME) }
    const officerId = visit.session.officer.id
    const list = { id, communeCode: commune, origin, year, covers, officerId, about, rows: read.parts.flat() }
    const isNew = await storeImport(register, list, now)
    // The same form twice leads to the same list; an id of somebody else's list leads nowhere.
    const kept = isNew ? null : await findImport(register, id)
    if (kept !== null && !isWithin(scope, kept.communeCode)) return refuse(pages, reply, visit, 'badRequest', 400)
    return reply.redirect(`/console/register/imports/${id}`, 303)
  }

  /** A list of autumn is for the year that comes. */
  function untouched(): Typed {
    const today = localDay(clock.now())
    const year = Number(today.slice(0, 4)) + (today.slice(5) >= '12-01' ? 1 : 0)
    return { commune: '', origin: '', year, status: '', covers: ['poor', 'near_poor'] }
  }

  interface Form {
    scope: RegisterScope
    typed: Typed
    fault: FileFault | null
    before: Date | null
    status: number
  }

  async function showForm(
    reply: FastifyReply,
    visit: Visit & { session: Session },
    { scope, typed, fault, before, status }: Form,
  ): Promise<FastifyReply> {
    const say = registerSay(services, visit)
    const communes = communesWithin(territory, scope)
    const [only] = communes
    const commune = communes.find(({ code }) => code === typed.commune) ?? (communes.length === 1 ? only : undefined)
    const { items, next } = await importsOf(register, scope.communes, before)
    const thisYear = Number(localDay(clock.now()).slice(0, 4))
    return pages.show(
      reply,
      { ...visit, path: '/console/register/imports' },
      'register-imports',
      {
        title: say('imports'),
        say,
        styles: STYLES,
        keeps: scope.keeps,
        fault: fault && fileFaultWords(sayOf(services, visit), fault),
        newId: newId(),
        typed: { ...typed, commune: commune?.code ?? '' },
        communes: communes.map(({ code }) => ({ code, name: communeName(territory, code) })),
        // Only once the commune is known: there are hundreds of former ones.
        origins:
          commune === undefined
            ? []
            : originsOf(territory, commune.code).map(({ key, type, name, to }) => ({
                key,
                name: say('originName', { name: `${type} ${name}`, to: (to ?? '').slice(0, 4) }),
              })),
        years: Array.from({ length: thisYear + 2 - FIRST_YEAR }, (_, index) => thisYear + 1 - index),
        statuses: REGISTER_STATUSES.map((value) => ({
          value,
          label: say(`status.${value}`),
          isCovered: typed.covers.includes(value),
        })),
        limits: say('limits', { households: formatNumber(MOST_HOUSEHOLDS), megabytes: MOST_BYTES / 1_048_576 }),
        columns: TEMPLATE.map((id) => ({
          heading: services.texts.text('vi', `register.column.${id}`),
          how: say(`how.${id}`),
        })),
        lists: items.map((list) => ({
          href: `/console/register/imports/${list.id}`,
          name: importName(services, visit, list),
          state: list.state,
          stateName: say(`state.${list.state}`),
          about: say('importAbout', { moment: momentWords(list.createdAt, visit.language), officer: list.officerName }),
          counts:
            list.state === 'applied'
              ? noticeOfCounts(say, list.counts)
              : say('importRows', { households: list.households, faulty: list.faulty }),
        })),
        firstPage: before === null ? null : '/console/register/imports',
        nextPage: next === null ? null : `/console/register/imports?before=${encodeURIComponent(next.toISOString())}`,
      },
      status,
    )
  }
}

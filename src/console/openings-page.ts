import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { recordAudit } from '../audit/record.ts'
import { localDay } from '../clock.ts'
import { unitsKeptBy } from '../openings/keepers.ts'
import { AREAS, KINDS, type Opening, PAY_UNITS, STANDINGS, TRADES } from '../openings/opening.ts'
import { FIELDS, type FieldFault, type Fields, fieldsOf, readFields } from '../openings/read-fields.ts'
import {
  changeOpening,
  countInterests,
  findOpening,
  findOpenings,
  keepOpening,
  openingsByNumber,
  withdrawOpening,
} from '../openings/store.ts'
import { communesToday } from '../territory/communes-today.ts'
import { type OfficerVisit, openForm, openPage } from './admin-visit.ts'
import { communeName, unitName } from './names.ts'
import { openingsImportRoutes } from './openings-import-page.ts'
import { openingsSay, openingWords, STYLES } from './openings-words.ts'
import { refuse } from './refuse.ts'
import type { ConsoleServices, Pages } from './visit.ts'

const PATH = '/console/openings'
const DONE = ['kept', 'changed', 'withdrawn', 'relisted', 'imported'] as const

const querySchema = z.object({
  q: z.string().trim().max(100).catch(''),
  kind: z.enum(KINDS).optional().catch(undefined),
  standing: z.enum(STANDINGS).optional().catch(undefined),
  unit: z.string().max(80).catch(''),
  after: z.uuid().optional().catch(undefined),
  done: z.enum(DONE).optional().catch(undefined),
  added: z.coerce.number().int().min(0).catch(0),
  changed: z.coerce.number().int().min(0).catch(0),
})
const paramsSchema = z.object({ id: z.uuid() })
const field = z.string().max(2_000).catch('')
const formSchema = z.record(z.string(), field).catch({})

const anybody = () => true

/** Vacancies and courses: seen by every officer, kept by those of the units for work and training. */
export function openingsRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, clock, territory, texts } = services
  const today = () => localDay(clock.now())
  const kept = (visit: OfficerVisit) => unitsKeptBy(visit.session.officer, territory, today())

  openingsImportRoutes(app, services, pages)

  app.get('/openings', async (request, reply) => {
    const opened = await openPage(pages, request, reply, anybody)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const query = querySchema.parse(request.query)
    const { q, kind, standing, unit, after } = query
    const wanted = {
      words: q,
      kind: kind ?? null,
      standing: standing ?? null,
      unitId: unit || null,
      after: after ?? null,
    }
    const found = await findOpenings(sql, wanted, today())
    const interests = await countInterests(
      sql,
      found.items.map(({ id }) => id),
    )
    const say = openingsSay(services, visit)
    const link = (next: string | null) => {
      const asked = { q, kind: kind ?? '', standing: standing ?? '', unit, after: next ?? '' }
      return `${PATH}?${new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== ''))}`
    }
    return pages.show(reply, visit, 'openings', {
      title: say('page.title'),
      say,
      styles: STYLES,
      query: { q, kind: kind ?? '', standing: standing ?? '', unit },
      done:
        query.done === undefined ? '' : say(`page.done.${query.done}`, { added: query.added, changed: query.changed }),
      kinds: KINDS.map((value) => ({ value, label: say(`kind.${value}`) })),
      standings: STANDINGS.map((value) => ({ value, label: say(`standing.${value}`) })),
      units: unitsToChoose(visit, unitsKeptBy({ ...visit.session.officer, roles: ['supervisor'] }, territory, today())),
      mayKeep: kept(visit).length > 0,
      isAsked: q !== '' || kind !== undefined || standing !== undefined || unit !== '',
      openings: found.items.map((opening) => {
        const count = interests.get(opening.id) ?? 0
        const words = openingWords(services, visit, opening, today())
        return { ...words, interests: count === 0 ? '' : say('page.interests', { count }) }
      }),
      firstPage: after === undefined ? '' : link(null),
      nextPage: found.next === null ? '' : link(found.next),
    })
  })

  app.get('/openings/new', async (request, reply) => {
    const opened = await openPage(pages, request, reply, anybody)
    if ('answer' in opened) return opened.answer
    if (kept(opened.visit).length === 0) return refuse(pages, reply, opened.visit, 'notAllowed', 403)
    return showForm(reply, opened.visit, {
      opening: null,
      given: { kind: 'vacancy', trade: 'any', area: 'province', seats: '1' },
      unit: '',
    })
  })

  app.post('/openings/new', async (request, reply) => {
    const opened = await openForm(services, pages, request, reply, `${PATH}/new`, anybody)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const units = kept(visit)
    if (units.length === 0) return refuse(pages, reply, visit, 'notAllowed', 403)
    const form = formSchema.parse(request.body)
    const given = givenOf(form)
    const unit = units.length === 1 ? (units[0] ?? '') : (form.unit ?? '')
    const read = readFields(given, { texts, territory, today: today() })
    if (!units.includes(unit)) {
      return showForm(reply, visit, { opening: null, given, unit, faults: faultsOf(read), unitFault: true }, 422)
    }
    if ('faults' in read) return showForm(reply, visit, { opening: null, given, unit, faults: read.faults }, 422)
    const now = clock.now()
    const isTaken = await sql.begin(async (tx) => {
      // Two forms with one number: whoever comes second is told.
      await tx`select pg_advisory_xact_lock(hashtextextended(${`opening ${unit} ${read.facts.ownNumber}`}, 0))`
      const others = await openingsByNumber(tx, unit, [read.facts.ownNumber])
      if (others.size > 0) return true
      const id = await keepOpening(tx, unit, read.facts, visit.session.officer.id, now)
      await record(tx, visit, 'opening-listed', id, now)
      return false
    })
    const fault: FieldFault = { field: 'own_number', key: 'number_taken' }
    if (isTaken) return showForm(reply, visit, { opening: null, given, unit, faults: [fault] }, 409)
    return reply.redirect(`${PATH}?done=kept`, 303)
  })

  app.get('/openings/:id', async (request, reply) => {
    const opened = await openPage(pages, request, reply, anybody)
    if ('answer' in opened) return opened.answer
    const opening = await ofRequest(request.params)
    if (opening === null) return refuse(pages, reply, opened.visit, 'notThere', 404)
    return showForm(reply, opened.visit, { opening, given: fieldsOf(opening), unit: opening.unitId })
  })

  app.post('/openings/:id', async (request, reply) => {
    const opened = await openForm(services, pages, request, reply, PATH, anybody)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const opening = await ofRequest(request.params)
    if (opening === null) return refuse(pages, reply, visit, 'notThere', 404)
    if (!kept(visit).includes(opening.unitId)) return refuse(pages, reply, visit, 'notAllowed', 403)
    const form = formSchema.parse(request.body)
    const given = givenOf(form)
    const again = (faults: readonly FieldFault[], status: number, isStale = false) =>
      showForm(reply, visit, { opening, given, unit: opening.unitId, faults, isStale }, status)
    // Its day may be over: what is past is no fault of an old entry that keeps it.
    const isOver = opening.applyBy < today()
    const since = isOver ? opening.applyBy : today()
    const read = readFields(given, { texts, territory, today: since })
    if ('faults' in read) return again(read.faults, 422)
    const taken = opening.seatsTaken
    if (read.facts.seats < taken) return again([{ field: 'seats', key: 'fewerSeats', values: { taken } }], 422)
    const seen = new Date(form.seen ?? '')
    if (Number.isNaN(seen.getTime())) return refuse(pages, reply, visit, 'badRequest', 400)
    const now = clock.now()
    const outcome = await sql.begin(async (tx) => {
      const made = await changeOpening(tx, { id: opening.id, updatedAt: seen }, read.facts, now)
      if (made === 'done') await record(tx, visit, 'opening-changed', opening.id, now)
      return made
    })
    if (outcome === 'stale') return again([], 409, true)
    if (outcome === 'taken-number') return again([{ field: 'own_number', key: 'number_taken' }], 409)
    return reply.redirect(`${PATH}?done=changed`, 303)
  })

  for (const [action, isWithdrawn] of [
    ['withdraw', true],
    ['relist', false],
  ] as const) {
    app.post(`/openings/:id/${action}`, async (request, reply) => {
      const opened = await openForm(services, pages, request, reply, PATH, anybody)
      if ('answer' in opened) return opened.answer
      const { visit } = opened
      const opening = await ofRequest(request.params)
      if (opening === null) return refuse(pages, reply, visit, 'notThere', 404)
      if (!kept(visit).includes(opening.unitId)) return refuse(pages, reply, visit, 'notAllowed', 403)
      const now = clock.now()
      await sql.begin(async (tx) => {
        const isDone = await withdrawOpening(tx, opening.id, isWithdrawn, now)
        if (isDone) await record(tx, visit, isWithdrawn ? 'opening-withdrawn' : 'opening-relisted', opening.id, now)
      })
      return reply.redirect(`${PATH}?done=${isWithdrawn ? 'withdrawn' : 'relisted'}`, 303)
    })
  }

  function record(
    tx: Parameters<typeof recordAudit>[0],
    { session }: OfficerVisit,
    action: string,
    subjectId: string,
    now: Date,
  ) {
    return recordAudit(tx, { actorId: session.officer.id, action, subjectKind: 'opening', subjectId, facts: {} }, now)
  }

  async function ofRequest(params: unknown): Promise<Opening | null> {
    const parsed = paramsSchema.safeParse(params)
    return parsed.success ? findOpening(sql, parsed.data.id) : null
  }

  function unitsToChoose({ language }: OfficerVisit, ids: readonly string[]) {
    const order = new Intl.Collator(language)
    return ids
      .map((value) => ({ value, label: unitName(territory, language, value) }))
      .sort((a, b) => order.compare(a.label, b.label))
  }

  interface Form {
    opening: Opening | null
    given: Fields
    unit: string
    faults?: readonly FieldFault[]
    unitFault?: boolean
    isStale?: boolean
  }

  async function showForm(reply: FastifyReply, visit: OfficerVisit, form: Form, status = 200): Promise<FastifyReply> {
    const { opening, given, unit, faults = [], unitFault = false, isStale = false } = form
    const say = openingsSay(services, visit)
    const order = new Intl.Collator('vi')
    const units = kept(visit)
    const mayKeep = opening === null || units.includes(opening.unitId)
    const interests = opening === null ? 0 : ((await countInterests(sql, [opening.id])).get(opening.id) ?? 0)
    const options = (group: string, ids: readonly string[]) =>
      ids.map((value) => ({ value, label: say(`${group}.${value}`) }))
    const page = {
      title: opening === null ? say('page.newTitle') : opening.title,
      say,
      styles: STYLES,
      action: opening === null ? `${PATH}/new` : `${PATH}/${opening.id}`,
      opening: opening && {
        ...openingWords(services, visit, opening, today()),
        interests: interests === 0 ? '' : say('page.interests', { count: interests }),
        isWithdrawn: opening.withdrawnAt !== null,
        seen: opening.updatedAt.toISOString(),
      },
      mayKeep,
      given,
      unit,
      units: opening === null && units.length > 1 ? unitsToChoose(visit, units) : [],
      faults: {
        ...Object.fromEntries(faults.map(({ field: name, key, values }) => [name, say(`fault.${key}`, values)])),
        ...(unitFault && { unit: say('fault.unit') }),
      },
      notice: isStale ? say('page.stale') : faults.length > 0 || unitFault ? say('page.faults') : '',
      kinds: options('kind', KINDS),
      trades: options('trade', TRADES),
      areas: options('area', AREAS),
      payUnits: options('payUnit', PAY_UNITS),
      communes: communesToday(territory)
        .map(({ code }) => ({ value: code, label: communeName(territory, code) }))
        .sort((a, b) => order.compare(a.label, b.label)),
    }
    return pages.show(reply, visit, 'opening', page, status)
  }
}

function givenOf(form: z.infer<typeof formSchema>): Fields {
  return Object.fromEntries(FIELDS.map((name) => [name, form[name] ?? '']))
}

function faultsOf(read: ReturnType<typeof readFields>): readonly FieldFault[] {
  return 'faults' in read ? read.faults : []
}

import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { localDay } from '../clock.ts'
import { drizzleOn, eq } from '../db/drizzle.ts'
import { fileAtCounter } from '../desk/file-at-counter.ts'
import { readTicketRow } from '../desk/locked-ticket.ts'
import { tickets } from '../desk/tables.ts'
import { isOverdue } from '../desk/ticket.ts'
import type { Facts } from '../eligibility/facts.ts'
import { planQuestion } from '../eligibility/plan-questions.ts'
import { programmesOfTopic } from '../eligibility/programmes-of-topic.ts'
import { storedScreening } from '../eligibility/replay.ts'
import { judgeAll, screen } from '../eligibility/screen.ts'
import { formatDay } from '../i18n.ts'
import { newId } from '../ids.ts'
import { mayScreenAtCounter, standingOf } from '../officers/permissions.ts'
import { communeOfToday, fullName } from '../territory/territory.ts'
import { type OfficerVisit, openPage } from './admin-visit.ts'
import { counterSchema, takeForm } from './counter-form.ts'
import { factQuestion, isAskable, saidWords, toldScreening } from './counter-words.ts'
import { momentWords } from './due-words.ts'
import { topicName, unitName } from './names.ts'
import { refuse } from './refuse.ts'
import { type ConsoleServices, isOwnForm, type Pages } from './visit.ts'

const PAGE = '/console/screenings/new'
/** Characters of what the person needs help with. */
const LONGEST = 3_000

const fileSchema = z.object({
  form_token: z.string().catch(''),
  id: z.uuid().catch(''),
  topic: z.string().catch(''),
  commune: z.string().catch(''),
  full_name: z.string().trim().max(200).catch(''),
  phone: z.string().trim().max(40).catch(''),
  need: z.string().trim().catch(''),
  urgent: z.literal('1').optional().catch(undefined),
  agreed: z.literal('1').optional().catch(undefined),
})
type FileForm = z.output<typeof fileSchema>

interface Shown {
  scope: string
  facts: Facts
  thorough: boolean
  wanted: string | null
  isWrong?: boolean
  typed?: string
  filing?: { values: FileForm; faults: Record<string, string>; notice: string }
}

/**
 * Screening for somebody at the counter who has no phone: the same questions and rules as in the chat. All that was said
 * travels in the form; nothing is stored until a ticket is filed.
 */
export function counterRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, clock, secrets, eligibility, texts, territory } = services

  app.get('/screenings/new', async (request, reply) => {
    const opened = await openPage(pages, request, reply, mayScreenAtCounter)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    return pages.show(reply, visit, 'counter-begin', { ...common(visit), topics: topicsOf(visit) })
  })

  app.post('/screenings/new', async (request, reply) => {
    const opened = await openPage(pages, request, reply, mayScreenAtCounter)
    if ('answer' in opened) return opened.answer
    const form = counterSchema.parse(request.body ?? {})
    const state = takeForm(eligibility, form)
    const shown = {
      scope: scopeOf(form.scope),
      thorough: form.thorough === '1',
      ...state,
      typed: state.isWrong ? form.typed : '',
    }
    return show(reply, { ...opened.visit, path: PAGE }, shown)
  })

  app.post('/screenings/print', async (request, reply) => {
    const opened = await openPage(pages, request, reply, mayScreenAtCounter)
    if ('answer' in opened) return opened.answer
    const visit = { ...opened.visit, path: PAGE }
    const form = counterSchema.parse(request.body ?? {})
    const { facts } = takeForm(eligibility, form)
    const today = localDay(clock.now())
    const { unitId } = visit.session.officer
    const told = toldScreening(services, visit, determine(scopeOf(form.scope), facts, today).determinations)
    const c = common(visit).c
    return pages.show(reply, visit, 'counter-print', {
      ...common(visit),
      title: c('printTitle'),
      lead: c('printLead', {
        day: formatDay(today),
        unit: unitId === null ? 'Cầu Nối' : unitName(territory, visit.language, unitId),
      }),
      told,
      said: saidWords(services, visit, facts).filter(({ id }) => facts[id] !== null),
    })
  })

  app.post('/screenings/file', async (request, reply) => {
    const opened = await openPage(pages, request, reply, mayScreenAtCounter)
    if ('answer' in opened) return opened.answer
    const visit = { ...opened.visit, path: PAGE }
    const { officer } = visit.session
    const form = counterSchema.parse(request.body ?? {})
    const values = fileSchema.parse(request.body ?? {})
    const { facts } = takeForm(eligibility, { ...form, asked: '', change: undefined })
    const scope = scopeOf(form.scope)
    const { c } = common(visit)
    const again = (faults: Record<string, string>, notice: string, status: number) =>
      show(
        reply,
        visit,
        { scope, facts, thorough: form.thorough === '1', wanted: null, filing: { values, faults, notice } },
        status,
      )
    if (!isOwnForm(secrets, visit.session, values.form_token)) return again({}, c('expired'), 403)
    const faults = faultsOf(visit, values)
    if (Object.keys(faults).length > 0) return again(faults, c('faults'), 422)
    const now = clock.now()
    const day = localDay(now)
    const { determinations } = determine(scope, facts, day)
    const filed = await fileAtCounter(
      sql,
      services,
      {
        topic: values.topic,
        requestType: 'general',
        urgent: values.urgent !== undefined,
        communeCode: values.commune || null,
        answers: [
          { id: 'full_name', label: texts.text('vi', 'counter.fullName'), value: values.full_name },
          ...(values.phone === ''
            ? []
            : [{ id: 'phone', label: texts.text('vi', 'counter.phoneLabel'), value: values.phone }]),
          ...(values.need === '' ? [] : [{ id: 'need', label: texts.text('vi', 'counter.need'), value: values.need }]),
        ],
        filedBy: officer.id,
      },
      {
        id: values.id === '' ? newId() : values.id,
        day,
        facts: Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null)),
        kept: storedScreening(eligibility, facts, day, determinations),
      },
      now,
    )
    if (filed === null) return refuse(pages, reply, visit, 'badRequest', 400)
    return reply.redirect(`/console/screenings/filed/${filed.number}`, 303)
  })

  app.get('/screenings/filed/:number', async (request, reply) => {
    const opened = await openPage(pages, request, reply, mayScreenAtCounter)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const { officer } = visit.session
    const { number } = z.object({ number: z.string().max(40) }).parse(request.params)
    const [row] = await drizzleOn(sql).select().from(tickets).where(eq(tickets.number, number))
    if (row?.filedBy !== officer.id) return refuse(pages, reply, visit, 'noTicket', 404)
    const now = clock.now()
    const ticket = readTicketRow(row)
    const isVisible = standingOf(officer, { ...ticket, isOverdue: isOverdue(ticket, now) }) !== null
    const { c } = common(visit)
    return pages.show(reply, visit, 'counter-filed', {
      ...common(visit),
      title: c('filed', { number }),
      words: c('filedText', {
        unit: unitName(territory, visit.language, ticket.unitId),
        due: ticket.dueAt === null ? '' : momentWords(ticket.dueAt, visit.language),
      }),
      open: isVisible ? `/console/tickets/${number}` : null,
    })
  })

  function common({ language }: OfficerVisit) {
    const c = (key: string, values?: Record<string, unknown>) => texts.text(language, `counter.${key}`, values)
    return { title: c('title'), c, styles: ['console/work.css'] }
  }

  function scopeOf(scope: string): string {
    return programmesOfTopic(eligibility, scope).length > 0 ? scope : ''
  }

  function determine(scope: string, facts: Facts, day: string) {
    return screen(eligibility, facts, day, programmesOf(scope))
  }

  function programmesOf(scope: string): string[] | undefined {
    return scope === '' ? undefined : programmesOfTopic(eligibility, scope)
  }

  /** The planner's question; private ones and those of few people only for somebody who was asked whether to go on. */
  function nextFact(scope: string, facts: Facts, isThorough: boolean): string | null {
    const judgements = judgeAll(eligibility, facts, localDay(clock.now()), programmesOf(scope))
    return planQuestion(eligibility.facts, facts, judgements, isThorough)
  }

  function topicsOf({ language }: OfficerVisit) {
    const order = new Intl.Collator(language)
    return [...territory.routing.topics.keys()]
      .map((value) => ({
        value,
        label: topicName(texts, language, value),
        hasRules: programmesOfTopic(eligibility, value).length > 0,
      }))
      .sort((a, b) => order.compare(a.label, b.label))
  }

  async function show(reply: FastifyReply, visit: OfficerVisit, shown: Shown, status = 200): Promise<FastifyReply> {
    const { scope, facts, thorough, wanted, isWrong = false, typed = '', filing } = shown
    const { determinations } = determine(scope, facts, localDay(clock.now()))
    const told = toldScreening(services, visit, determinations)
    const id = wanted !== null && isAskable(services, visit, wanted) ? wanted : nextFact(scope, facts, thorough)
    const fact = id === null ? undefined : eligibility.facts.get(id)
    const question = fact && factQuestion(services, visit, fact)
    const hoped = eligibility.programmes.get(told.helps[0]?.id ?? '')?.topic
    const { c } = common(visit)
    const own = communeCodeOf(visit.session.officer.unitId)
    return pages.show(
      reply,
      visit,
      'counter',
      {
        ...common(visit),
        scope,
        scopeName: scope === '' ? c('all') : topicName(texts, visit.language, scope),
        facts: JSON.stringify(facts),
        thorough,
        mayAskMore: !thorough && question === undefined && nextFact(scope, facts, true) !== null,
        question: question ?? null,
        fault: isWrong && question ? faultOfAnswer(c, question) : null,
        typed,
        said: saidWords(services, visit, facts).map((one) => ({
          ...one,
          canChange: isAskable(services, visit, one.id),
        })),
        told,
        showsOver: scope !== '',
        topics: topicsOf(visit),
        communes: communesOfToday(visit),
        filing: filing ?? {
          values: { id: newId(), topic: scope || hoped || '', commune: own, full_name: '', phone: '', need: '' },
          faults: {},
          notice: null,
        },
        isFiling: filing !== undefined,
      },
      status,
    )
  }

  function faultOfAnswer(c: ReturnType<typeof common>['c'], question: ReturnType<typeof factQuestion>): string {
    if (question.kind !== 'number') return c('wrongText')
    return c('wrongNumber', { min: question.min, max: question.max ?? '999.999.999' })
  }

  function communesOfToday({ language }: OfficerVisit) {
    const order = new Intl.Collator(language)
    return territory.places
      .filter((place) => place.to === null)
      .map((place) => ({ value: place.code, label: fullName(place) }))
      .sort((a, b) => order.compare(a.label, b.label))
  }

  /** The commune of a commune's desk: most who come to it live there. */
  function communeCodeOf(unitId: string | null): string {
    const code = unitId?.startsWith('xa_') ? unitId.slice(3) : ''
    return code !== '' && communeOfToday(territory, code) ? code : ''
  }

  function faultsOf(visit: OfficerVisit, values: FileForm): Record<string, string> {
    const { c } = common(visit)
    const faults: Record<string, string> = {}
    if (!territory.routing.topics.has(values.topic)) faults.topic = c('fault.topic')
    if (values.commune !== '' && !communeOfToday(territory, values.commune)) faults.commune = c('fault.commune')
    if (values.full_name === '') faults.full_name = c('fault.fullName')
    if (values.phone !== '' && !/^\+?[\d\s.()-]{9,18}$/.test(values.phone)) faults.phone = c('fault.phone')
    if (values.need.length > LONGEST) faults.need = c('fault.need', { most: LONGEST })
    if (values.agreed === undefined) faults.agreed = c('fault.agreed')
    return faults
  }
}

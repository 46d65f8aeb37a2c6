import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { acceptHandOff } from '../desk/accept-hand-off.ts'
import type { ActOutcome, ActRequest } from '../desk/act.ts'
import type { ActivityLine } from '../desk/activity.ts'
import { LAST_SEQ } from '../desk/activity.ts'
import { ask } from '../desk/ask.ts'
import { assignTo } from '../desk/assign-to.ts'
import { claim } from '../desk/claim.ts'
import { handOff } from '../desk/hand-off.ts'
import { merge } from '../desk/merge.ts'
import { note } from '../desk/note.ts'
import { filesCarriedTo, type OfficerFile } from '../desk/officer-files.ts'
import { readTicket } from '../desk/read-ticket.ts'
import { release } from '../desk/release.ts'
import { reopen } from '../desk/reopen.ts'
import { reply as replyToCitizen } from '../desk/reply.ts'
import { resolve } from '../desk/resolve.ts'
import { returnHandOff } from '../desk/return-hand-off.ts'
import { isOverdue, RESULTS, VERBS, type Verb } from '../desk/ticket.ts'
import { type Officer, standingOf } from '../officers/permissions.ts'
import { askToSignIn } from './ask-to-sign-in.ts'
import { hasFiles, readFormWithFiles } from './read-form.ts'
import { refuse } from './refuse.ts'
import { FORM_MAX_BYTES, judgeFiles } from './reply-files.ts'
import { type Shown, showTicket } from './show-ticket.ts'
import type { TypedForm } from './typed-form.ts'
import { type ConsoleServices, isOwnForm, isSignedIn, type Pages, type Visit } from './visit.ts'

const paramsSchema = z.object({ number: z.string().max(40), verb: z.enum(VERBS) })
const field = z.union([z.string(), z.array(z.string()).transform((all) => all.at(-1) ?? '')])
const bodySchema = z.record(z.string(), field).catch({})

/** Fields that hold words; the rest of a form is choices. */
const WORDS = ['text', 'ticked', 'papers', 'reason', 'basis', 'next_step'] as const
const FIELDS = [...WORDS, 'to_unit', 'to_officer', 'into', 'result', 'opening'] as const
/** Chosen from a list: anything else is nothing. */
const openingSchema = z.uuid().nullable().catch(null)
/** Characters of one field: what every channel can send in one message, whatever the desk writes around it. */
const LONGEST = 1_800
/** What is read even of somebody whose session ran out: the words come back after the sign-in. */
const SMALL_FORM_BYTES = 1_048_576

type Values = Record<string, string>

const needed: Record<Verb, readonly string[]> = {
  claim: [],
  release: [],
  reply: ['text'],
  note: ['text'],
  ask: [],
  'hand-off': ['to_unit', 'reason'],
  accept: [],
  return: ['reason'],
  resolve: ['result', 'next_step'],
  merge: ['into', 'reason'],
  reopen: ['reason'],
  assign: ['to_officer'],
}

export function verbRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  app.register(async (scope) => {
    const limit = { parseAs: 'buffer', bodyLimit: FORM_MAX_BYTES } as const
    scope.addContentTypeParser('multipart/form-data', limit, (_request, body, done) => done(null, body))
    // Who sends it is settled before anything large is taken in.
    const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
      if (!hasFiles(request)) return undefined
      const length = Number(request.headers['content-length'] ?? FORM_MAX_BYTES)
      if (length <= SMALL_FORM_BYTES || isSignedIn(await pages.visitOf(request))) return undefined
      return reply.redirect('/console/sign-in', 303)
    }
    scope.post('/tickets/:number/:verb', { onRequest }, carryOut(services, pages))
  })
}

function carryOut(services: ConsoleServices, pages: Pages) {
  const { secrets, clock } = services

  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const visit = await pages.visitOf(request)
    const params = paramsSchema.safeParse(request.params)
    if (!params.success) return refuse(pages, reply, visit, 'notFound', 404)
    const { number, verb } = params.data
    const sent = hasFiles(request) ? await readFormWithFiles(request, 'files') : { fields: request.body, files: [] }
    if (sent === null) return refuse(pages, reply, visit, 'badRequest', 400)
    const body = bodySchema.parse(sent.fields ?? {})
    const values = Object.fromEntries(
      FIELDS.flatMap((name) => (name in body ? [[name, body[name]?.trim() ?? '']] : [])),
    )
    const ticked = tickedIn(sent.fields)
    if (ticked.length > 0) values.ticked = ticked.join('\n')
    const typed: TypedForm = { verb, values, faults: {} }
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit, { ...typed, number })
    const again = (shown: Shown) => showTicket(services, pages, reply, visit, number, { typed, ...shown })
    // A page cannot fill in which files were chosen.
    const filesAgain = sent.files.length > 0 ? ` ${visit.t('notice.filesAgain')}` : ''
    const notice = (why: string, text: Record<string, unknown> = {}) =>
      ({ tone: 'bad', title: visit.t(`notice.${why}`), text: visit.t(`notice.${why}Text`, text) + filesAgain }) as const

    if (!isOwnForm(secrets, visit.session, body.form_token ?? '')) {
      return again({ notice: notice('formToken'), status: 403 })
    }
    const now = clock.now()
    const judge = async (contents: readonly Uint8Array[]) => {
      if (verb !== 'reply' || contents.length === 0) return { files: [] }
      return judgeFiles(visit, contents, await filesCarriedTo(services.sql, services, number, now))
    }
    const judged = await judge(sent.files)
    const faults = { ...faultsOf(visit, verb, values), ...('fault' in judged ? { files: judged.fault } : {}) }
    const seen = z.coerce.number().int().nonnegative().max(LAST_SEQ).safeParse(body.seen)
    if ('fault' in judged || Object.keys(faults).length > 0 || !seen.success) {
      return again({ typed: { ...typed, faults }, notice: notice('faults'), status: 422 })
    }

    const { officer } = visit.session
    const asked: ActRequest = { number, officer, seen: seen.data }
    const outcome = await perform(services, verb, asked, values, judged.files, now)
    switch (outcome.kind) {
      case 'done': {
        const { ticket } = outcome
        const isVisible = standingOf(officer, { ...ticket, isOverdue: isOverdue(ticket, now) }) !== null
        return reply.redirect(
          isVisible ? `/console/tickets/${number}?done=${verb}` : `/console/tickets?done=${verb}`,
          303,
        )
      }
      case 'stale': {
        const isDone = await wasDone(services, officer, number, verb, values, outcome.activity, now)
        if (isDone) return reply.redirect(`/console/tickets/${number}?done=${verb}`, 303)
        return again({ notice: { ...notice('stale'), tone: 'warn', changes: outcome.activity }, status: 409 })
      }
      case 'taken':
        return again({
          notice: { ...notice('taken', { name: outcome.by.name }), changes: outcome.activity },
          status: 409,
        })
      case 'wrong-status':
        return again({ notice: notice('wrongStatus', { status: visit.t(`status.${outcome.from}`) }), status: 409 })
      case 'not-found':
        return refuse(pages, reply, visit, 'noTicket', 404)
      case 'forbidden':
        return again({ notice: notice('forbidden'), status: 403 })
      case 'invalid': {
        const refused = Object.fromEntries(
          outcome.faults.map(({ where }) => [where, visit.t(`fault.${deskFault(where)}`)]),
        )
        return again({ typed: { ...typed, faults: refused }, notice: notice('refused'), status: 422 })
      }
      default:
        throw outcome satisfies never
    }
  }
}

function perform(
  services: ConsoleServices,
  verb: Verb,
  asked: ActRequest,
  values: Values,
  files: readonly OfficerFile[],
  now: Date,
): Promise<ActOutcome> {
  const { sql } = services
  const words = (name: string) => values[name] ?? ''
  const orNull = (name: string) => words(name) || null
  switch (verb) {
    case 'claim':
      return claim(sql, services, asked, now)
    case 'release':
      return release(sql, services, asked, now)
    case 'reply':
      return replyToCitizen(sql, services, { ...asked, text: words('text'), attachmentIds: [], files }, now)
    case 'note':
      return note(sql, services, { ...asked, text: words('text'), attachmentIds: [] }, now)
    case 'ask':
      return ask(
        sql,
        services,
        {
          ...asked,
          text: words('text'),
          papers: [...new Set([...linesOf(words('ticked')), ...linesOf(words('papers'))])],
        },
        now,
      )
    case 'hand-off': {
      const to = { toUnit: words('to_unit'), toOfficer: orNull('to_officer') }
      return handOff(sql, services, { ...asked, ...to, reason: words('reason') }, now)
    }
    case 'accept':
      return acceptHandOff(sql, services, asked, now)
    case 'return':
      return returnHandOff(sql, services, { ...asked, reason: words('reason') }, now)
    case 'resolve': {
      const result = RESULTS.find((known) => known === words('result')) ?? 'advised'
      const said = {
        reason: orNull('reason'),
        basis: orNull('basis'),
        nextStep: words('next_step'),
        text: orNull('text'),
      }
      const opening = openingSchema.parse(orNull('opening'))
      return resolve(sql, services, { ...asked, ...said, result, opening }, now)
    }
    case 'merge':
      return merge(sql, services, { ...asked, into: words('into'), reason: words('reason') }, now)
    case 'assign':
      return assignTo(sql, services, { ...asked, toOfficer: words('to_officer') }, now)
    case 'reopen':
      return reopen(sql, services, { ...asked, reason: words('reason') }, now)
    default:
      throw verb satisfies never
  }
}

/** What is missing or too long, field by field, said as what to do. */
function faultsOf(visit: Visit, verb: Verb, values: Values): Record<string, string> {
  const faults: Record<string, string> = {}
  for (const name of needed[verb]) if (!values[name]) faults[name] = visit.t(`fault.missing.${name}`)
  for (const name of WORDS) {
    const { length } = values[name] ?? ''
    if (length > LONGEST) faults[name] = visit.t('fault.tooLong', { length, most: LONGEST })
  }
  if (verb === 'ask' && !values.text && !values.papers && !values.ticked)
    faults.papers = visit.t('fault.missing.papers')
  if (verb === 'resolve' && !values.reason && !values.basis) faults.reason = visit.t('fault.missing.reasonOrBasis')
  if (verb === 'resolve' && values.result && !RESULTS.some((known) => known === values.result)) {
    faults.result = visit.t('fault.missing.result')
  }
  return faults
}

const tickedSchema = z.object({ paper: z.union([z.string().transform((one) => [one]), z.array(z.string())]) })

/** Papers ticked in the checklist. */
function tickedIn(fields: unknown): string[] {
  const parsed = tickedSchema.safeParse(fields)
  return parsed.success ? parsed.data.paper.slice(0, 40) : []
}

function deskFault(where: string): string {
  return ['to_unit', 'to_officer', 'into', 'reason', 'opening'].includes(where) ? where : 'other'
}

/**
 * Whether what was asked has been done already: the same form sent twice, by a double click or a line that broke before
 * the answer came. Told by this officer's own line of activity and, where words were typed, by those words.
 */
async function wasDone(
  services: ConsoleServices,
  officer: Officer,
  number: string,
  verb: Verb,
  values: Values,
  activity: readonly ActivityLine[],
  now: Date,
): Promise<boolean> {
  const own = activity.filter((line) => line.verb === verb && line.officer?.id === officer.id)
  if (own.length === 0) return false
  const typed = WORDS.flatMap((name) => linesOf(values[name] ?? ''))
  if (typed.length === 0) return true
  const read = await readTicket(services.sql, services.secrets, officer, number, now)
  if (read.kind !== 'done') return false
  const said = own.flatMap(({ facts }) => [facts.message, facts.note])
  return read.details.messages.some(
    ({ id, text }) => said.includes(id) && typed.every((line) => text?.includes(line) === true),
  )
}

function linesOf(text: string): string[] {
  return text.split('\n').flatMap((line) => line.trim() || [])
}

import { fileURLToPath } from 'node:url'
import { Eta } from 'eta'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../clock.ts'
import type { Sql } from '../db/client.ts'
import type { WorkingCalendar } from '../desk/working-time.ts'
import type { EligibilityDefinitions } from '../eligibility/programme.ts'
import type { Assets } from '../http/assets.ts'
import { LANGUAGES, type Language, type Texts } from '../i18n.ts'
import type { Logger } from '../log.ts'
import type { AccountCare } from '../messaging/account-care.ts'
import type { TalkStanding } from '../messaging/reply-window.ts'
import { hasRole, type Officer } from '../officers/permissions.ts'
import { officerOfToken, SESSION_COOKIE } from '../officers/sign-in.ts'
import type { Secrets } from '../secrets.ts'
import type { Territory } from '../territory/territory.ts'
import { listUnitOf } from '../village-list/open-list.ts'
import { unitName } from './names.ts'

export interface ConsoleServices {
  sql: Sql
  clock: Clock
  log: Logger
  secrets: Secrets
  texts: Texts
  territory: Territory
  calendar: WorkingCalendar
  eligibility: EligibilityDefinitions
  assets: Assets
  /** Where the world reaches us; undefined while only this machine does. */
  publicUrl: string | undefined
  /** Ways into a chat with a code; left out where no chat has one. */
  links?: { telegram(code: string): string | null } | undefined
  /** The official account on Zalo; undefined while the channel is off. */
  accountCare?: AccountCare | undefined
  /** What words to a contact would meet now; null where talk is always free. */
  talkStanding?: ((contactId: string, now: Date) => Promise<TalkStanding | null>) | undefined
}

export interface Session {
  officer: Officer
  token: string
  /** Goes into every form: a page of somebody else cannot know it. */
  formToken: string
}

/** One request for a page: who asks, in which language. */
export interface Visit {
  language: Language
  session: Session | null
  /** Address of the page, to come back to. */
  path: string
  /** A text of `console.json` in the visit's language. */
  t(key: string, values?: Record<string, unknown>): string
}

export const LANGUAGE_COOKIE = 'cau_noi_language'
const FORM_PURPOSE = 'console-form'

/** What each page adds to what the frame around it needs. */
type PageData = { title: string } & Record<string, unknown>

export interface Pages {
  /** The visit of nobody in particular: for pages that must not ask the database. */
  strangerOf(request: FastifyRequest): Visit
  visitOf(request: FastifyRequest): Promise<Visit>
  sessionOf(officer: Officer, token: string): Session
  /** A whole page. */
  show(reply: FastifyReply, visit: Visit, view: string, data: PageData, status?: number): FastifyReply
  /** A part of a page, for htmx. */
  showPart(reply: FastifyReply, visit: Visit, view: string, data: Record<string, unknown>): FastifyReply
}

export function createPages(services: ConsoleServices): Pages {
  const { sql, clock, secrets, texts, territory, assets } = services
  const eta = new Eta({ views: fileURLToPath(new URL('views', import.meta.url)), cache: true, autoTrim: false })

  const sessionOf = (officer: Officer, token: string): Session => ({
    officer,
    token,
    formToken: secrets.sign(FORM_PURPOSE, token),
  })

  const frame = (visit: Visit) => ({
    language: visit.language,
    path: visit.path,
    t: visit.t,
    asset: assets.url,
    menu: menuOf(visit),
    styles: [],
    formToken: visit.session?.formToken ?? '',
    officer: visit.session && {
      name: visit.session.officer.name,
      unitName:
        visit.session.officer.unitId === null ? '' : unitName(territory, visit.language, visit.session.officer.unitId),
    },
  })

  const menuOf = ({ language, session, path }: Visit) => {
    const entries = [{ href: '/console/tickets', label: texts.text(language, 'console.nav.tickets') }]
    // Lists belong to units: whoever has none has no use for the page.
    if (session !== null && listUnitOf(session.officer) !== null) {
      entries.push({ href: '/console/village-lists', label: texts.text(language, 'village.nav') })
    }
    if (services.accountCare && session !== null && hasRole(session.officer, 'administrator')) {
      entries.push({ href: '/console/zalo', label: texts.text(language, 'zalo.page.title') })
    }
    return entries.map((entry) => ({ ...entry, current: path.startsWith(entry.href) }))
  }

  const send = (reply: FastifyReply, html: string) =>
    reply.header('cache-control', 'no-store').type('text/html; charset=utf-8').send(html)

  const strangerOf = (request: FastifyRequest): Visit => {
    const language = languageOf(request)
    return {
      language,
      session: null,
      path: request.method === 'GET' ? request.url : '/console/tickets',
      t: (key, values) => texts.text(language, `console.${key}`, values),
    }
  }

  return {
    sessionOf,
    strangerOf,
    async visitOf(request) {
      const token = request.cookies[SESSION_COOKIE]
      const officer = token ? await officerOfToken(sql, token, clock.now()) : null
      return { ...strangerOf(request), session: officer && token ? sessionOf(officer, token) : null }
    },
    show: (reply, visit, view, data, status = 200) =>
      send(reply.code(status), eta.render(`./${view}`, { ...frame(visit), ...data })),
    showPart: (reply, visit, view, data) => send(reply, eta.render(`./${view}`, { ...frame(visit), ...data })),
  }
}

export function isOwnForm(secrets: Secrets, session: Session, formToken: string): boolean {
  return secrets.isSigned(FORM_PURPOSE, session.token, formToken)
}

function languageOf(request: FastifyRequest): Language {
  const wanted = request.cookies[LANGUAGE_COOKIE]
  return LANGUAGES.find((language) => language === wanted) ?? 'vi'
}

/** A page of ours to go back to; whatever else a form says leads to the queue. */
export function safeBack(back: string | undefined): string {
  if (back === undefined || !/^\/console(\/[\w/?=&%.~+-]*)?$/.test(back)) return '/console/tickets'
  return back.startsWith('/console/sign-') || /\.\.|\/\//.test(back) ? '/console/tickets' : back
}

export function isSignedIn(visit: Visit): visit is Visit & { session: Session } {
  return visit.session !== null
}

import { fileURLToPath } from 'node:url'
import { Eta } from 'eta'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AttachmentStore } from '../attachments/store.ts'
import type { Broadcasting } from '../broadcasts/services.ts'
import type { ChannelHealth } from '../channel-health.ts'
import type { Clock } from '../clock.ts'
import type { Sql } from '../db/client.ts'
import type { LiveCalendars } from '../desk/calendars.ts'
import type { EligibilityDefinitions } from '../eligibility/programme.ts'
import type { Assets } from '../http/assets.ts'
import { LANGUAGES, type Language, type Texts } from '../i18n.ts'
import type { Knowledge } from '../knowledge/article.ts'
import type { Logger } from '../log.ts'
import type { AccountCare } from '../messaging/account-care.ts'
import type { FileLimits } from '../messaging/file-limits.ts'
import type { TalkStanding } from '../messaging/reply-window.ts'
import { countUnread } from '../notices/read-notices.ts'
import { hasOwnWork, type Officer } from '../officers/permissions.ts'
import { officerOfToken, SESSION_COOKIE } from '../officers/sessions.ts'
import type { ReportDefinitions } from '../reports/indicator.ts'
import type { Secrets } from '../secrets.ts'
import type { ReplyTemplate } from '../templates/template.ts'
import type { Territory } from '../territory/territory.ts'
import { menuOf } from './menu.ts'
import { unitName } from './names.ts'

export interface ConsoleServices {
  sql: Sql
  clock: Clock
  log: Logger
  secrets: Secrets
  store: AttachmentStore
  /** What a channel carries; null for one that is not open. */
  fileLimits(channel: string): FileLimits | null
  texts: Texts
  territory: Territory
  calendars: LiveCalendars
  eligibility: EligibilityDefinitions
  knowledge: Knowledge
  replyTemplates: readonly ReplyTemplate[]
  reports: ReportDefinitions
  broadcasting: Broadcasting
  assets: Assets
  /** Where the world reaches us; undefined while only this machine does. */
  publicUrl: string | undefined
  /** Ways into a chat with a code; left out where no chat has one. */
  links?: { telegram(code: string): string | null } | undefined
  /** The official account on Zalo; undefined while the channel is off. */
  accountCare?: AccountCare | undefined
  /** How every channel is now. */
  channelHealth?: (() => Promise<readonly ChannelHealth[]>) | undefined
  /** What words to a contact would meet now; null where talk is always free. */
  talkStanding?: ((contactId: string, now: Date) => Promise<TalkStanding | null>) | undefined
}

export interface Session {
  officer: Officer
  token: string
  /** Goes into every form: a page of somebody else cannot know it. */
  formToken: string
  /** Notices not read yet, counted up to a hundred. */
  unread: number
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

  const sessionOf = (officer: Officer, token: string, unread = 0): Session => ({
    officer,
    token,
    formToken: secrets.sign(FORM_PURPOSE, token),
    unread,
  })

  const frame = (visit: Visit) => ({
    language: visit.language,
    path: visit.path,
    t: visit.t,
    asset: assets.url,
    menu: menuOf(services, visit),
    styles: [],
    formToken: visit.session?.formToken ?? '',
    officer: visit.session && {
      name: visit.session.officer.name,
      unitName:
        visit.session.officer.unitId === null ? '' : unitName(territory, visit.language, visit.session.officer.unitId),
    },
  })

  const unreadOf = async (officer: Officer) => (hasOwnWork(officer) ? countUnread(sql, officer.id) : 0)

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
      if (officer?.mustChangePassword === true && !OPEN_TO_ALL.test(request.url)) throw new PasswordMustChange()
      return {
        ...strangerOf(request),
        session: officer && token ? sessionOf(officer, token, await unreadOf(officer)) : null,
      }
    },
    show: (reply, visit, view, data, status = 200) =>
      send(reply.code(status), eta.render(`./${view}`, { ...frame(visit), ...data })),
    showPart: (reply, visit, view, data) => send(reply, eta.render(`./${view}`, { ...frame(visit), ...data })),
  }
}

export function isOwnForm(secrets: Secrets, session: Session, formToken: string): boolean {
  return secrets.isSigned(FORM_PURPOSE, session.token, formToken)
}

/** Thrown wherever an officer goes whose password was given by somebody else; leads to the page that changes it. */
export class PasswordMustChange extends Error {
  constructor() {
    super('The password must be changed first')
    this.name = 'PasswordMustChange'
  }
}

const OPEN_TO_ALL = /^\/console\/(account\/password|sign-)/

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

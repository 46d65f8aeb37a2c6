import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { issueCode, spellCode } from '../accounts/codes.ts'
import { accountsOfOfficer, type OfficerAccount } from '../accounts/officer-accounts.ts'
import type { Language } from '../i18n.ts'
import { unlinkChat } from '../officer-chat/unlink.ts'
import { codeState } from '../officers/second-step.ts'
import { sessionsOf } from '../officers/sessions.ts'
import { askToSignIn } from './ask-to-sign-in.ts'
import { momentWords } from './due-words.ts'
import { refuse } from './refuse.ts'
import { standingWords } from './standing-words.ts'
import { type ConsoleServices, isOwnForm, isSignedIn, type Pages, type Session, type Visit } from './visit.ts'

const PATH = '/console/account'
const tokenSchema = z.object({ form_token: z.string().catch('') })
const unlinkSchema = tokenSchema.extend({ contact: z.uuid() })
const DONE = ['unlinked', 'password', 'session', 'sessions', 'codesOff'] as const
const querySchema = z.object({ done: z.enum(DONE).optional().catch(undefined) })

/** The officer's own page: chat accounts that are theirs and a code to add one, open sessions, password, one-time codes. */
export function accountRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, secrets, clock, texts, links } = services

  app.get('/account', async (request, reply) => {
    const visit = await pages.visitOf(request)
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
    const { done } = querySchema.parse(request.query)
    return show(reply, visit, done === undefined ? {} : { notice: done })
  })

  app.post('/account/code', async (request, reply) => {
    const visit = await pages.visitOf(request)
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, { ...visit, path: PATH })
    const { form_token: formToken } = tokenSchema.parse(request.body ?? {})
    if (!isOwnForm(secrets, visit.session, formToken)) return refuse(pages, reply, visit, 'crossSite', 403)
    const { code, expiresAt } = await issueCode(sql, secrets, { officerId: visit.session.officer.id }, clock.now())
    return show(reply, visit, { code, expiresAt })
  })

  app.post('/account/unlink', async (request, reply) => {
    const visit = await pages.visitOf(request)
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, { ...visit, path: PATH })
    const given = unlinkSchema.safeParse(request.body ?? {})
    if (!given.success) return refuse(pages, reply, visit, 'badRequest', 422)
    if (!isOwnForm(secrets, visit.session, given.data.form_token)) {
      return refuse(pages, reply, visit, 'crossSite', 403)
    }
    const chat = { contactId: given.data.contact, officerId: visit.session.officer.id }
    await unlinkChat(sql, services, chat, clock.now())
    return reply.redirect(`${PATH}?done=unlinked`, 303)
  })

  async function show(
    reply: FastifyReply,
    visit: Visit & { session: Session },
    shown: { code?: string; expiresAt?: Date; notice?: (typeof DONE)[number] },
  ): Promise<FastifyReply> {
    const { language } = visit
    const p = (key: string, values?: Record<string, unknown>) => texts.text(language, `accounts.page.${key}`, values)
    const { officer, token } = visit.session
    const s = (key: string, values?: Record<string, unknown>) => texts.text(language, `security.${key}`, values)
    const [accounts, sessions, codes] = await Promise.all([
      accountsOfOfficer(sql, officer.id),
      sessionsOf(sql, officer.id, token, clock.now()),
      codeState(sql, officer.id),
    ])
    const standings = await standingsOf(services, accounts, language)
    const { code, expiresAt, notice } = shown
    return pages.show(reply, { ...visit, path: PATH }, 'account', {
      title: p('title'),
      p,
      s,
      notice: notice === undefined ? null : notice === 'unlinked' ? p(notice) : s(`done.${notice}`),
      isOwnChoice: codes.isOn,
      codesLeft: codes.recoveryLeft,
      sessions: sessions.map((session) => ({
        id: session.id,
        isOwn: session.isOwn,
        device: deviceWords(s, session.device),
        since: s('sessions.since', { at: momentWords(session.createdAt, language) }),
        seen: session.lastSeenAt && s('sessions.seen', { at: momentWords(session.lastSeenAt, language) }),
      })),
      accounts: accounts.map((account) => ({
        contactId: account.contactId,
        channel: texts.text(language, `accounts.channel.${account.channel}`),
        since: p('since', { at: momentWords(account.linkedAt, language) }),
        isUnreachable: account.isUnreachable,
        standing: standings.get(account.contactId) ?? null,
      })),
      code:
        code === undefined || expiresAt === undefined
          ? null
          : {
              spelled: spellCode(code),
              how: p('how', { code: spellCode(code) }),
              good: p('good', { time: momentWords(expiresAt, language) }),
              link: links?.telegram(code) ?? null,
            },
    })
  }
}

/** Whether news can be sent to each chat now, in words; nothing for a chat that takes them at any time. */
async function standingsOf(
  { talkStanding, texts, clock }: ConsoleServices,
  accounts: readonly OfficerAccount[],
  language: Language,
): Promise<ReadonlyMap<string, { words: string; tone: string }>> {
  const now = clock.now()
  const standings = new Map<string, { words: string; tone: string }>()
  for (const { contactId, isUnreachable } of accounts) {
    const standing = isUnreachable ? null : await talkStanding?.(contactId, now)
    if (!standing) continue
    const isReachable = standing.kind !== 'template' && standing.kind !== 'closed'
    const key = isReachable ? 'reachable' : 'windowClosed'
    const words = [texts.text(language, `accounts.page.${key}`), standingWords(texts, language, standing).words]
    standings.set(contactId, { words: words.join(' '), tone: isReachable ? 'quiet' : 'warn' })
  }
  return standings
}

/** `firefox/android` → “Firefox trên Android”. */
function deviceWords(s: (key: string, values?: Record<string, unknown>) => string, device: string | null): string {
  const [browser = 'other', system = 'other'] = (device ?? 'other/other').split('/')
  return s('sessions.device', { browser: s(`browser.${browser}`), system: s(`system.${system}`) })
}

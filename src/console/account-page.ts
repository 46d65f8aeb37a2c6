import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { issueCode, spellCode } from '../accounts/codes.ts'
import { accountsOfOfficer, unlinkAccount } from '../accounts/officer-accounts.ts'
import { askToSignIn } from './ask-to-sign-in.ts'
import { momentWords } from './due-words.ts'
import { refuse } from './refuse.ts'
import { type ConsoleServices, isOwnForm, isSignedIn, type Pages, type Session, type Visit } from './visit.ts'

const PATH = '/console/account'
const tokenSchema = z.object({ form_token: z.string().catch('') })
const unlinkSchema = tokenSchema.extend({ contact: z.uuid() })
const querySchema = z.object({ done: z.literal('unlinked').optional().catch(undefined) })

/** The officer's own page: chat accounts that are theirs, and a code to add one. */
export function accountRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, secrets, clock, texts, links } = services

  app.get('/account', async (request, reply) => {
    const visit = await pages.visitOf(request)
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
    const { done } = querySchema.parse(request.query)
    return show(reply, visit, done === undefined ? {} : { notice: 'unlinked' })
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
    await unlinkAccount(sql, { contactId: given.data.contact, officerId: visit.session.officer.id })
    return reply.redirect(`${PATH}?done=unlinked`, 303)
  })

  async function show(
    reply: FastifyReply,
    visit: Visit & { session: Session },
    shown: { code?: string; expiresAt?: Date; notice?: 'unlinked' },
  ): Promise<FastifyReply> {
    const { language } = visit
    const p = (key: string, values?: Record<string, unknown>) => texts.text(language, `accounts.page.${key}`, values)
    const accounts = await accountsOfOfficer(sql, visit.session.officer.id)
    const { code, expiresAt, notice } = shown
    return pages.show(reply, { ...visit, path: PATH }, 'account', {
      title: p('title'),
      p,
      notice: notice === undefined ? null : p(notice),
      accounts: accounts.map((account) => ({
        contactId: account.contactId,
        channel: texts.text(language, `accounts.channel.${account.channel}`),
        since: p('since', { at: momentWords(account.linkedAt, language) }),
        isUnreachable: account.isUnreachable,
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

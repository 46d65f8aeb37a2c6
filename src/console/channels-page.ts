/**
 * How the channels are, for administrators and supervisors: what has to be seen to first, then what goes in and out, and
 * the messages that were put aside for a person.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { recordAudit } from '../audit/record.ts'
import { hasRole, looksAfterChannels } from '../officers/permissions.ts'
import { giveUp, listSetAside, type SetAside, sendAgain } from '../outbox/set-aside.ts'
import { askToSignIn } from './ask-to-sign-in.ts'
import { channelView } from './channel-view.ts'
import { shortMomentWords } from './due-words.ts'
import { refuse } from './refuse.ts'
import { type ConsoleServices, isOwnForm, isSignedIn, type Pages, type Session, type Visit } from './visit.ts'

const formSchema = z.object({ form_token: z.string().max(200).catch('') })
const messageSchema = z.object({ id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) })
const SET_ASIDE_SHOWN = 50
const ACTIONS = {
  again: { act: sendAgain, action: 'message-sent-again' },
  'give-up': { act: giveUp, action: 'message-given-up' },
} as const

interface Notice {
  tone: 'good' | 'bad'
  words: string
}

type Given = Visit & { session: Session }

export function channelsRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, clock, secrets, texts, channelHealth } = services
  if (channelHealth === undefined) return
  const sayTo = (visit: Visit) => (key: string, values?: Record<string, unknown>) =>
    texts.text(visit.language, `channels.${key}`, values)

  /** Hands on to `serve` what somebody asks for who looks after channels. */
  const forThoseWhoMay =
    (serve: (visit: Given, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const visit = await pages.visitOf(request)
      if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
      if (!looksAfterChannels(visit.session.officer)) return refuse(pages, reply, visit, 'notForRole', 403)
      const isForm = request.method === 'POST'
      if (isForm && !isOwnForm(secrets, visit.session, formSchema.parse(request.body ?? {}).form_token)) {
        return refuse(pages, reply, visit, 'crossSite', 403)
      }
      return serve(visit, request, reply)
    }

  async function show(visit: Given, reply: FastifyReply, notice: Notice | null, status = 200): Promise<FastifyReply> {
    const now = clock.now()
    const say = sayTo(visit)
    const [channels, setAside] = await Promise.all([channelHealth?.() ?? [], listSetAside(sql, SET_ASIDE_SHOWN)])
    const waits = channels.reduce((sum, channel) => sum + channel.setAside, 0)
    return pages.show(
      reply,
      { ...visit, path: '/console/channels' },
      'channels',
      {
        title: say('title'),
        styles: ['console/channels.css'],
        say,
        notice,
        asOf: say('asOf', { at: shortMomentWords(now, now) }),
        channels: channels.map((channel) => channelView(channel, now, say)),
        mayAskQuota: services.accountCare !== undefined,
        zaloLink: services.accountCare !== undefined && hasRole(visit.session.officer, 'administrator'),
        setAside: setAside.map((one) => setAsideView(one, now, say)),
        setAsideMore: Math.max(0, waits - setAside.length),
      },
      status,
    )
  }

  app.get(
    '/channels',
    forThoseWhoMay((visit, _request, reply) => show(visit, reply, null)),
  )

  app.post(
    '/channels/quota',
    forThoseWhoMay(async (visit, _request, reply) => {
      const isSaid = (await services.accountCare?.askQuota()) ?? false
      const words = sayTo(visit)(isSaid ? 'quotaAsked' : 'quotaNotSaid')
      return show(visit, reply, { tone: isSaid ? 'good' : 'bad', words }, isSaid ? 200 : 502)
    }),
  )

  for (const [name, { act, action }] of Object.entries(ACTIONS)) {
    app.post(
      `/channels/messages/:id/${name}`,
      forThoseWhoMay(async (visit, request, reply) => {
        const params = messageSchema.safeParse(request.params)
        if (!params.success) return refuse(pages, reply, visit, 'notFound', 404)
        const { id } = params.data
        const outcome = await sql.begin(async (tx) => {
          const now = clock.now()
          const done = await act(tx, id, now)
          if (done.kind === 'done') {
            const entry = { actorId: visit.session.officer.id, action, subjectKind: 'message', subjectId: String(id) }
            await recordAudit(tx, { ...entry, facts: { ticket: done.ticketNumber } }, now)
          }
          return done
        })
        const isDone = outcome.kind === 'done'
        const words = sayTo(visit)(`setAside.outcome.${isDone ? name : outcome.kind}`)
        return show(visit, reply, { tone: isDone ? 'good' : 'bad', words }, isDone ? 200 : 409)
      }),
    )
  }
}

function setAsideView(one: SetAside, now: Date, say: (key: string, values?: Record<string, unknown>) => string) {
  return {
    ...one,
    channel: say(`channel.${one.channel}`),
    state: say(`setAside.state.${one.state}`),
    author: say(`setAside.author.${one.author === 'officer' ? 'officer' : 'bot'}`),
    at: shortMomentWords(one.at, now),
    isDoubtful: one.state === 'uncertain',
  }
}

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { createDraft, editDraft } from '../broadcasts/draft.ts'
import { type Broadcast, findBroadcast } from '../broadcasts/store.ts'
import { mayDoWith } from '../broadcasts/who-may.ts'
import { mayWriteBroadcasts } from '../officers/permissions.ts'
import { type OfficerVisit, openPage } from './admin-visit.ts'
import { draftView, fileOf, householdStatuses, lookAt, type ShownDraft } from './broadcast-edit-view.ts'
import { keepBroadcastFile } from './broadcast-file.ts'
import { draftFormOf, emptyForm, fieldAt, formOfContent, readDraftForm } from './broadcast-form.ts'
import { type BroadcastForm, readBroadcastForm, takeForms } from './broadcast-upload.ts'
import { BROADCASTS_PATH, broadcastSay } from './broadcast-words.ts'
import { refuse } from './refuse.ts'
import { type ConsoleServices, isOwnForm, isSignedIn, type Pages } from './visit.ts'

const paramsSchema = z.object({ id: z.uuid() })
/** Statuses in which the words can still be changed. */
const OPEN_TO_EDIT = ['draft', 'submitted', 'approved', 'scheduled', 'rejected']

/** A policy message is written here: words, audience, time; looked at before it is kept. */
export function broadcastEditRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, clock, secrets, territory } = services
  const statuses = () => householdStatuses(services)

  app.get('/broadcasts/new', async (request, reply) => {
    const opened = await openPage(pages, request, reply, mayWriteBroadcasts)
    if ('answer' in opened) return opened.answer
    return show(reply, opened.visit, { form: emptyForm(clock.now()), unit: '', broadcast: null, hash: '' })
  })

  app.get('/broadcasts/:id/edit', async (request, reply) => {
    const opened = await openPage(pages, request, reply, mayWriteBroadcasts)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const broadcast = await ofRequest(request)
    if (broadcast === null) return refuse(pages, reply, visit, 'notThere', 404)
    if (!mayDoWith('edit', visit.session.officer, broadcast)) return refuse(pages, reply, visit, 'notAllowed', 403)
    if (!OPEN_TO_EDIT.includes(broadcast.status)) return reply.redirect(`${BROADCASTS_PATH}/${broadcast.id}`, 303)
    const { content, contentHash: hash, unitId } = broadcast
    return show(reply, visit, { form: formOfContent(content), unit: unitId ?? '', broadcast, hash, content })
  })

  app.register(async (scope) => {
    takeForms(scope)
    // Who sends it is settled before a file is taken in.
    const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
      const visit = await pages.visitOf(request)
      if (!isSignedIn(visit)) return reply.redirect(`/console/sign-in?back=${encodeURIComponent(BROADCASTS_PATH)}`, 303)
      return mayWriteBroadcasts(visit.session.officer) ? undefined : refuse(pages, reply, visit, 'notAllowed', 403)
    }
    scope.post('/broadcasts/new', { onRequest }, (request, reply) => receive(request, reply, null))
    scope.post('/broadcasts/:id/edit', { onRequest }, async (request, reply) => {
      const broadcast = await ofRequest(request)
      if (broadcast !== null) return receive(request, reply, broadcast)
      return refuse(pages, reply, await pages.visitOf(request), 'notThere', 404)
    })
    // How it looks and whom it reaches, beside the form while it is written.
    scope.post('/broadcasts/look', { onRequest }, async (request, reply) => {
      const visit = await pages.visitOf(request)
      const given = await readBroadcastForm(request)
      if (!isSignedIn(visit) || given === null) return refuse(pages, reply, visit, 'badRequest', 400)
      if (!isOwnForm(secrets, visit.session, given.values.get('form_token')?.[0] ?? '')) {
        return refuse(pages, reply, visit, 'crossSite', 403)
      }
      const form = draftFormOf(given.values, statuses())
      const read = readDraftForm(form, territory)
      const corrects = z.uuid().safeParse(given.values.get('corrects')?.[0]).data ?? null
      const looked = await lookAt(services, visit, {
        content: read.content,
        corrects,
        file: await fileOf(services, read.form),
      })
      return pages.showPart(reply, visit, 'broadcast-look', { say: broadcastSay(services, visit), looked })
    })
  })

  async function ofRequest(request: FastifyRequest): Promise<Broadcast | null> {
    const params = paramsSchema.safeParse(request.params)
    return params.success ? findBroadcast(sql, params.data.id) : null
  }

  async function receive(
    request: FastifyRequest,
    reply: FastifyReply,
    broadcast: Broadcast | null,
  ): Promise<FastifyReply> {
    const visit = await pages.visitOf(request)
    if (!isSignedIn(visit)) return refuse(pages, reply, visit, 'badRequest', 400)
    const { officer } = visit.session
    const given = await readBroadcastForm(request)
    if (given === null) return refuse(pages, reply, visit, 'badRequest', 400)
    const one = (name: string) => given.values.get(name)?.[0] ?? ''
    if (!isOwnForm(secrets, visit.session, one('form_token'))) return refuse(pages, reply, visit, 'crossSite', 403)
    if (broadcast !== null && !mayDoWith('edit', officer, broadcast))
      return refuse(pages, reply, visit, 'notAllowed', 403)
    const say = broadcastSay(services, visit)
    const unit = one('unit')
    const hash = one('hash')
    const kept = await keepSent(given, visit)
    const read = readDraftForm({ ...draftFormOf(given.values, statuses()), ...kept.form }, territory)
    const again = (more: Partial<ShownDraft>, status: number) =>
      show(reply, visit, { form: read.form, offers: read.offers, unit, broadcast, hash, ...more }, status)
    if (read.content === null) return again({ faults: [...kept.faults, ...read.faults] }, 422)
    if (kept.faults.length > 0) return again({ faults: kept.faults, content: read.content }, 422)
    if (one('do') !== 'keep') return again({ content: read.content }, 200)

    const { content } = read
    const unitId = unit === '' ? undefined : unit
    const now = clock.now()
    const outcome =
      broadcast === null
        ? await createDraft(services, officer, { content, unitId }, now)
        : await editDraft(services, { id: broadcast.id, officer, hash, content, unitId }, now)
    switch (outcome.kind) {
      case 'done':
        return reply.redirect(`${BROADCASTS_PATH}/${outcome.broadcast.id}?done=kept`, 303)
      case 'invalid': {
        const faults = outcome.faults.map(({ where, code, values }) => ({ field: fieldAt(where), code, values }))
        return again({ faults, content }, 422)
      }
      case 'not-found':
        return refuse(pages, reply, visit, 'notThere', 404)
      case 'forbidden':
        return refuse(pages, reply, visit, 'notAllowed', 403)
      // Nothing typed is lost: it can be kept over what is there now, or copied.
      case 'changed':
      case 'stale': {
        const current = broadcast === null ? null : await findBroadcast(sql, broadcast.id)
        const notice = { tone: 'bad', words: say('refused.changedWhileTyping') }
        return again({ notice, content, hash: current?.contentHash ?? hash, broadcast: current }, 409)
      }
      case 'wrong-status': {
        const words = say('refused.tooLateToEdit', { status: say(`status.${outcome.from}`) })
        return again({ notice: { tone: 'bad', words }, content }, 409)
      }
      default:
        return again({ notice: { tone: 'bad', words: say(`refused.${outcome.kind}`) }, content }, 409)
    }
  }

  /** A file that came with the form is kept at once, so that looking again does not lose it. */
  async function keepSent({ file }: BroadcastForm, visit: OfficerVisit) {
    if (file === null) return { form: {}, faults: [] }
    const kept = await keepBroadcastFile(services, visit.session.officer.id, file, clock.now())
    if (kept.kind === 'kept') return { form: { attachment: kept.id }, faults: [] }
    return { form: {}, faults: [{ field: 'file', code: kept.kind }] }
  }

  async function show(
    reply: FastifyReply,
    visit: OfficerVisit,
    shown: ShownDraft,
    status = 200,
  ): Promise<FastifyReply> {
    const data = await draftView(services, visit, shown)
    return pages.show(reply, { ...visit, path: data.action }, 'broadcast-edit', data, status)
  }
}

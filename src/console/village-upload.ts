import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { localDay } from '../clock.ts'
import { newId } from '../ids.ts'
import { SESSION_COOKIE } from '../officers/sessions.ts'
import type { FileFault } from '../spreadsheet/file-fault.ts'
import { MOST_BYTES } from '../spreadsheet/read-file.ts'
import { tidy } from '../spreadsheet/words.ts'
import { communesToday } from '../territory/communes-today.ts'
import type { Facts } from '../village-list/cells.ts'
import { TEMPLATE } from '../village-list/columns.ts'
import { MOST_ROWS } from '../village-list/find-rows.ts'
import { KEPT_DAYS } from '../village-list/forget-lists.ts'
import type { ListJudge } from '../village-list/judge-lists.ts'
import { findList, listsOf, listUnitOf } from '../village-list/open-list.ts'
import { readList } from '../village-list/read-list.ts'
import { storeList } from '../village-list/store-list.ts'
import { askToSignIn } from './ask-to-sign-in.ts'
import { momentWords } from './due-words.ts'
import { readUpload } from './read-upload.ts'
import { refuse } from './refuse.ts'
import { fileFaultWords, listName, sayOf } from './village-words.ts'
import { type ConsoleServices, isOwnForm, isSignedIn, type Pages, type Session, type Visit } from './visit.ts'

/** More than a list may have, so that one that is too large is told so instead of being cut off on its way. */
const MOST_RECEIVED_BYTES = 16 * 1_048_576
/** Unpacking is work: an officer sends a few lists in a row, nobody sends a hundred. An office shares one address. */
const UPLOADS_A_MINUTE = {
  max: 20,
  timeWindow: 60_000,
  keyGenerator: (request: FastifyRequest) => request.cookies[SESSION_COOKIE] ?? request.ip,
}
const LONGEST_FILE_NAME = 120
const STATUSES = ['poor', 'near_poor', 'escaped_poverty'] as const
/** Plan and rules begin here. */
const EARLIEST_DAY = '2022-01-01'

const formSchema = z.object({
  id: z.uuid(),
  form_token: z.string(),
  on: z.iso.date(),
  status: z.enum(STATUSES).optional().catch(undefined),
})
type Typed = { on: string; status: string }

/** The page with the form and the unit's lists, and what happens to a file that is sent. */
export function villageUploadRoutes(
  app: FastifyInstance,
  services: ConsoleServices,
  pages: Pages,
  judge: Pick<ListJudge, 'wake'>,
): void {
  const { sql, secrets, clock } = services

  app.get('/village-lists', async (request, reply) => {
    const visit = await pages.visitOf(request)
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
    const unitId = listUnitOf(visit.session.officer)
    if (unitId === null) return refuseOffice(reply, visit)
    return showForm(reply, visit, unitId, { on: localDay(clock.now()), status: '' }, null, 200)
  })

  app.register(async (scope) => {
    scope.addContentTypeParser(
      'multipart/form-data',
      { parseAs: 'buffer', bodyLimit: MOST_RECEIVED_BYTES },
      (_request, body, done) => done(null, body),
    )
    scope.setErrorHandler(async (error: { statusCode?: number }, request, reply) => {
      if (error.statusCode !== 413) throw error
      const visit = await pages.visitOf(request)
      if (!isSignedIn(visit)) return refuse(pages, reply, visit, 'tooLarge', 413)
      const unitId = listUnitOf(visit.session.officer)
      if (unitId === null) return refuseOffice(reply, visit)
      return showForm(reply, visit, unitId, { on: localDay(clock.now()), status: '' }, { key: 'too_big' }, 413)
    })
    // Who sends it is settled before the file is taken in.
    const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
      const visit = await pages.visitOf(request)
      if (!isSignedIn(visit)) {
        return reply.redirect(`/console/sign-in?back=${encodeURIComponent('/console/village-lists')}`, 303)
      }
      return listUnitOf(visit.session.officer) === null ? refuseOffice(reply, visit) : undefined
    }
    scope.post('/village-lists', { onRequest, config: { rateLimit: UPLOADS_A_MINUTE } }, receive)
  })

  async function receive(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const visit = await pages.visitOf(request)
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
    const { session } = visit
    const unitId = listUnitOf(session.officer)
    if (unitId === null) return refuseOffice(reply, visit)
    const sent = await readUpload(request)
    const form = formSchema.safeParse(sent?.fields)
    if (sent === null || !form.success || form.data.on < EARLIEST_DAY) {
      return refuse(pages, reply, visit, 'badRequest', 400)
    }
    if (!isOwnForm(secrets, session, form.data.form_token)) return refuse(pages, reply, visit, 'crossSite', 403)
    const { id, on, status } = form.data
    const again = (fault: FileFault) => showForm(reply, visit, unitId, { on, status: status ?? '' }, fault, 422)
    if (sent.file === null) return again({ key: 'no_file' })

    const common = { ...factsOfUnit(unitId), ...(status === undefined ? {} : { household_status: status }) }
    const read = await readList({ bytes: sent.file.bytes, on, common })
    if ('fault' in read) return again(read.fault)
    const about = { ...read.about, fileName: tidy(sent.file.name).slice(-LONGEST_FILE_NAME), common }
    const list = { id, unitId, officerId: session.officer.id, judgedOn: on, about, parts: read.parts }
    const isNew = await storeList(sql, secrets, list, clock.now())
    // The same form twice leads to the same list; an id of somebody else's list leads nowhere.
    if (!isNew && (await findList(sql, secrets, session.officer, id, clock.now())) === null) {
      return refuse(pages, reply, visit, 'badRequest', 400)
    }
    judge.wake()
    return reply.redirect(`/console/village-lists/${id}`, 303)
  }

  /** What the commune of a desk tells of everybody on its lists. */
  function factsOfUnit(unitId: string): Facts {
    const { territory } = services
    const place = communesToday(territory).find((one) => territory.deskByPlace.get(one.key)?.id === unitId)
    if (place === undefined) return {}
    return {
      area: place.type === 'phường' ? 'urban' : 'rural',
      former_province: place.formerProvince === 'Thái Bình' ? 'thai_binh' : 'hung_yen',
    }
  }

  function refuseOffice(reply: FastifyReply, visit: Visit): FastifyReply {
    const say = sayOf(services, visit)
    const next = { href: '/console/tickets', label: visit.t('refused.next') }
    return pages.show(reply, visit, 'message', { title: say('notYours'), text: say('notYoursText'), next }, 403)
  }

  async function showForm(
    reply: FastifyReply,
    visit: Visit & { session: Session },
    unitId: string,
    typed: Typed,
    fault: FileFault | null,
    status: number,
  ): Promise<FastifyReply> {
    const say = sayOf(services, visit)
    const now = clock.now()
    const lists = await listsOf(sql, secrets, unitId, now)
    return pages.show(
      reply,
      // Shown in answer to a form as well: what leads back to this page leads to its own address.
      { ...visit, path: '/console/village-lists' },
      'village-lists',
      {
        title: say('title'),
        say,
        styles: ['console/village.css'],
        fault: fault && fileFaultWords(say, fault),
        newId: newId(),
        typed,
        earliest: EARLIEST_DAY,
        statuses: STATUSES.map((value) => ({ value, label: say(`status.${value}`) })),
        limits: say('limits', { rows: MOST_ROWS.toLocaleString('vi-VN'), megabytes: MOST_BYTES / 1_048_576 }),
        kept: say('kept', { days: KEPT_DAYS }),
        // Headings as the template has them, in whichever language the page is.
        columns: TEMPLATE.map((id) => ({
          heading: services.texts.text('vi', `village.column.${id}`),
          how: say(`how.${id}`),
        })),
        lists: lists.map((list) => ({
          href: `/console/village-lists/${list.id}`,
          name: listName(list),
          moment: momentWords(list.createdAt, visit.language),
          state: list.state,
          stateName: say(`state.${list.state}`),
          people: say('people', { judged: list.rowsJudged, total: list.rowsTotal }),
          faulty: list.rowsFaulty,
        })),
      },
      status,
    )
  }
}

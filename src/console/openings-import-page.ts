import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { recordAudit } from '../audit/record.ts'
import { localDay } from '../clock.ts'
import { unitsKeptBy } from '../openings/keepers.ts'
import { type PlannedRow, planList } from '../openings/plan-list.ts'
import { FIELDS, fieldsOf } from '../openings/read-fields.ts'
import { type ListRow, MOST_LIST_BYTES, MOST_ROWS, readList, TEMPLATE } from '../openings/read-list.ts'
import { keepOpening, openingsByNumber } from '../openings/store.ts'
import { tidy } from '../spreadsheet/words.ts'
import { BYTE_ORDER_MARK, csvLine } from '../spreadsheet/write-csv.ts'
import { type OfficerVisit, openForm, openPage } from './admin-visit.ts'
import { unitName } from './names.ts'
import { openingsSay, STYLES } from './openings-words.ts'
import { readUpload } from './read-upload.ts'
import { refuse } from './refuse.ts'
import { fileFaultWords, sayOf } from './village-words.ts'
import type { ConsoleServices, Pages } from './visit.ts'

const PATH = '/console/openings/import'
/** A preview comes back as a form with all of its lines. */
const FORM_BYTES = 4 * 1_048_576

const rowsSchema = z
  .array(z.object({ line: z.number().int(), fields: z.partialRecord(z.enum(FIELDS), z.string().max(2_000)) }))
  .max(MOST_ROWS)
const applySchema = z.object({ unit: z.string().max(80), rows: z.string().max(FORM_BYTES) })

const anybody = () => true

/** Openings from a CSV file: looked at first, then taken together; the same file again changes nothing. */
export function openingsImportRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, clock, territory, texts } = services
  const context = () => ({ texts, territory, today: localDay(clock.now()) })
  const kept = (visit: OfficerVisit) => unitsKeptBy(visit.session.officer, territory, localDay(clock.now()))

  app.get('/openings/import', async (request, reply) => {
    const opened = await openPage(pages, request, reply, anybody)
    if ('answer' in opened) return opened.answer
    if (kept(opened.visit).length === 0) return refuse(pages, reply, opened.visit, 'notAllowed', 403)
    return show(reply, opened.visit, {})
  })

  app.get('/openings/template.csv', async (request, reply) => {
    const opened = await openPage(pages, request, reply, anybody)
    if ('answer' in opened) return opened.answer
    const headings = TEMPLATE.map((name) => texts.text('vi', `openings.field.${name}`))
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="viec-lam-lop-nghe.csv"')
      .send(BYTE_ORDER_MARK + csvLine(headings))
  })

  app.register(async (scope) => {
    const limit = { parseAs: 'buffer', bodyLimit: 2 * MOST_LIST_BYTES } as const
    scope.addContentTypeParser('multipart/form-data', limit, (_request, body, done) => done(null, body))
    scope.post('/openings/import', async (request, reply) => {
      const sent = await readUpload(request)
      if (sent === null) return refuse(pages, reply, await pages.visitOf(request), 'badRequest', 400)
      const asForm = Object.assign(Object.create(request), { body: sent.fields }) as typeof request
      const opened = await openForm(services, pages, asForm, reply, PATH, anybody)
      if ('answer' in opened) return opened.answer
      const { visit } = opened
      const units = kept(visit)
      const unit = units.length === 1 ? (units[0] ?? '') : (sent.fields.unit ?? '')
      if (units.length === 0) return refuse(pages, reply, visit, 'notAllowed', 403)
      const say = openingsSay(services, visit)
      if (!units.includes(unit)) return show(reply, visit, { fault: say('fault.unit') }, 422)
      if (sent.file === null) return show(reply, visit, { unit, fault: say('import.noFile') }, 422)
      const read = await readList(sent.file.bytes)
      if ('fault' in read) {
        const { fault } = read
        const own = fault.key === 'tooMany' || fault.key === 'noHeadings'
        const words = own
          ? say(`import.${fault.key}`, fault.values)
          : fileFaultWords(sayOf(services, visit), fault as never)
        return show(reply, visit, { unit, fault: words }, 422)
      }
      const planned = planList(read.rows, await knownOf(unit, read.rows), context())
      return show(reply, visit, { unit, fileName: tidy(sent.file.name).slice(-120), planned, unused: read.unused })
    })
  })

  app.post('/openings/import/apply', { bodyLimit: FORM_BYTES }, async (request, reply) => {
    const opened = await openForm(services, pages, request, reply, PATH, anybody)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const { officer } = visit.session
    const form = applySchema.safeParse(request.body)
    const rows = form.success ? rowsSchema.safeParse(jsonOf(form.data.rows)) : null
    if (!form.success || !rows?.success) return refuse(pages, reply, visit, 'badRequest', 400)
    const { unit } = form.data
    if (!kept(visit).includes(unit)) return refuse(pages, reply, visit, 'notAllowed', 403)
    const now = clock.now()
    const counts = await sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtextextended(${`openings of ${unit}`}, 0))`
      const numbers = rows.data.flatMap(({ fields }) => fields.own_number?.trim() || [])
      const known = await openingsByNumber(tx, unit, numbers)
      const planned = planList(rows.data as ListRow[], known, context())
      if (planned.some(({ state }) => state === 'faulty')) return null
      for (const row of planned) {
        if (row.state === 'new' || row.state === 'changed') await keepOpening(tx, unit, row.facts, officer.id, now)
      }
      const made = { added: count(planned, 'new'), changed: count(planned, 'changed') }
      const facts = { unit, ...made }
      await recordAudit(
        tx,
        { actorId: officer.id, action: 'openings-imported', subjectKind: 'unit', subjectId: unit, facts },
        now,
      )
      return made
    })
    if (counts === null)
      return show(reply, visit, { unit, fault: openingsSay(services, visit)('import.lateFault') }, 409)
    const { added, changed } = counts
    return reply.redirect(`/console/openings?done=imported&added=${added}&changed=${changed}`, 303)
  })

  function knownOf(unit: string, rows: readonly ListRow[]) {
    return openingsByNumber(
      sql,
      unit,
      rows.flatMap(({ fields }) => fields.own_number?.trim() || []),
    )
  }

  interface Shown {
    unit?: string
    fault?: string
    fileName?: string
    planned?: readonly PlannedRow[]
    unused?: readonly string[]
  }

  function show(reply: FastifyReply, visit: OfficerVisit, shown: Shown, status = 200): FastifyReply {
    const { unit = '', fault = '', fileName = '', planned = null, unused = [] } = shown
    const say = openingsSay(services, visit)
    const units = kept(visit)
    const taken = (planned ?? []).flatMap((row) =>
      row.state === 'new' || row.state === 'changed' ? [{ line: row.line, fields: fieldsOf(row.facts) }] : [],
    )
    const page = {
      title: say('import.title'),
      say,
      styles: STYLES,
      fault,
      unit,
      units:
        units.length > 1 ? units.map((value) => ({ value, label: unitName(territory, visit.language, value) })) : [],
      preview: planned && {
        title: say('import.preview', { file: fileName }),
        counts: say('import.counts', {
          added: count(planned, 'new'),
          changed: count(planned, 'changed'),
          same: count(planned, 'same'),
          faulty: count(planned, 'faulty'),
        }),
        hasFaults: planned.some(({ state }) => state === 'faulty'),
        unused: unused.length === 0 ? '' : say('import.unused', { columns: unused.join(', ') }),
        rows: planned.map((row) => ({
          line: say('import.line', { line: row.line }),
          title: row.title,
          state: row.state,
          stateName: row.state === 'faulty' ? '' : say(`import.state.${row.state}`),
          faults:
            row.state === 'faulty'
              ? row.faults.map(
                  ({ field: name, key, values }) => `${say(`field.${name}`)}: ${say(`fault.${key}`, values)}`,
                )
              : [],
        })),
        taken: taken.length,
        apply: say('import.apply', { count: taken.length }),
        rowsJson: JSON.stringify(taken),
      },
    }
    return pages.show(reply, visit, 'openings-import', page, status)
  }
}

function count(planned: readonly PlannedRow[], state: PlannedRow['state']): number {
  return planned.filter((row) => row.state === state).length
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { BYTE_ORDER_MARK, csvLine } from '../spreadsheet/write-csv.ts'
import { writeXlsx } from '../spreadsheet/write-xlsx.ts'
import { TEMPLATE } from '../village-list/columns.ts'
import type { OutcomeCode } from '../village-list/judge-row.ts'
import {
  findList,
  listUnitOf,
  type OpenedRow,
  recordListRead,
  rowsOf,
  type VillageList,
} from '../village-list/open-list.ts'
import { askToSignIn } from './ask-to-sign-in.ts'
import { textOr } from './names.ts'
import { refuse } from './refuse.ts'
import { ageWords, programmeName, rowFaultWords, type Say, sayOf } from './village-words.ts'
import { type ConsoleServices, isSignedIn, type Pages, type Visit } from './visit.ts'

const FORMATS = ['csv', 'xlsx'] as const
type Format = (typeof FORMATS)[number]
const MEDIA_TYPES = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const satisfies Record<Format, string>
/** Characters; in the order of the headings below. */
const WIDTHS = [7, 28, 24, 18, 48, 48, 48, 40, 40, 40]
const HEADINGS = ['line', 'name', 'born', 'village', 'e', 's', 'o', 'u', 'assumed', 'wrong'] as const

const paramsSchema = z.object({ id: z.uuid(), format: z.enum(FORMATS) })

/** The template to fill in, and the result of a list, as files. */
export function villageDownloadRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, secrets, clock } = services

  for (const format of FORMATS) {
    app.get(`/village-lists/template.${format}`, async (request, reply) => {
      const visit = await pages.visitOf(request)
      if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
      if (listUnitOf(visit.session.officer) === null) return refuse(pages, reply, visit, 'notFound', 404)
      // In Vietnamese whatever the language of the page: the list is the office's own.
      const headings = TEMPLATE.map((id) => services.texts.text('vi', `village.column.${id}`))
      const content =
        format === 'csv'
          ? BYTE_ORDER_MARK + csvLine(headings)
          : await writeXlsx(
              [headings],
              headings.map(() => 20),
            )
      return reply
        .header('content-disposition', `attachment; filename="mau-danh-sach.${format}"`)
        .header('cache-control', 'private, no-store')
        .type(MEDIA_TYPES[format])
        .send(content)
    })
  }

  app.get('/village-lists/:id/result.:format', async (request, reply) => {
    const visit = await pages.visitOf(request)
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
    const params = paramsSchema.safeParse(request.params)
    const { officer } = visit.session
    const list = params.success ? await findList(sql, secrets, officer, params.data.id, clock.now()) : null
    if (!params.success || list === null) return refuse(pages, reply, visit, 'notFound', 404)
    if (list.state !== 'done') return reply.redirect(`/console/village-lists/${list.id}`, 303)
    await recordListRead(sql, officer.id, list, clock.now())
    const { format } = params.data
    reply
      .header('content-disposition', `attachment; filename="ket-qua-${list.judgedOn}.${format}"`)
      .header('cache-control', 'private, no-store')
      .type(MEDIA_TYPES[format])
    if (format === 'csv') return reply.send(Readable.from(csvOf(visit, list)))
    const lines = [headingsOf(sayOf(services, visit))]
    for await (const some of linesOf(visit, list)) lines.push(...some)
    return reply.send(await writeXlsx(lines, WIDTHS))
  })

  async function* csvOf(visit: Visit, list: VillageList): AsyncGenerator<string> {
    yield BYTE_ORDER_MARK + csvLine(headingsOf(sayOf(services, visit)))
    for await (const some of linesOf(visit, list)) yield some.map(csvLine).join('')
  }

  async function* linesOf(visit: Visit, list: VillageList): AsyncGenerator<(string | number)[][]> {
    const say = sayOf(services, visit)
    const names = new Map<string, string>()
    const nameOf = (id: string) => {
      const name = names.get(id) ?? programmeName(services, visit, id)
      names.set(id, name)
      return name
    }
    const assumedOf = (fact: string) =>
      textOr(services.texts, visit.language, [`facts.${fact}.assumed`, `facts.${fact}.label`], fact)
    for await (const some of rowsOf(sql, list)) yield some.map((opened) => lineOf(say, opened, nameOf, assumedOf))
  }
}

function headingsOf(say: Say): (string | number)[] {
  return HEADINGS.map((id) => say(`result.${id}`))
}

function lineOf(
  say: Say,
  { row, outcomes, programmes, assumed }: OpenedRow,
  nameOf: (id: string) => string,
  assumedOf: (fact: string) => string,
) {
  const named = (code: OutcomeCode) =>
    programmes
      .filter((_, index) => outcomes[index] === code)
      .map(nameOf)
      .join('; ')
  const isPerson = row.kind === 'person'
  return [
    row.number,
    row.name,
    isPerson ? ageWords(say, row) : '',
    isPerson ? row.village : '',
    named('e'),
    named('s'),
    named('o'),
    named('u'),
    assumed.map(assumedOf).join(' '),
    isPerson
      ? row.notes.map(({ key, value }) => say(`note.${key}`, { value })).join(' ')
      : row.faults.map((fault) => rowFaultWords(say, fault)).join(' '),
  ]
}

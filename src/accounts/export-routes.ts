import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { type OpenServices, openAttachment } from '../attachments/open-attachment.ts'
import type { Clock } from '../clock.ts'
import { list } from '../db/list.ts'
import type { Secrets } from '../secrets.ts'
import { EXPORT_TYPES } from './store-export.ts'

const PURPOSE = 'export-link'
const GOOD_FOR_MS = 24 * 3_600_000
const paramsSchema = z.object({ id: z.uuid(), signature: z.string().max(100) })
const NAMES: Record<string, string> = {
  'text/plain': 'du-lieu-cua-toi.txt',
  'application/json': 'du-lieu-cua-toi.json',
}

/** The path of a link to a copy of somebody's data, for a chat that cannot carry the file itself. */
export function exportPath(secrets: Pick<Secrets, 'sign'>, id: string): string {
  return `/chat/data/${id}/${secrets.sign(PURPOSE, id)}`
}

/** `GET /chat/data/…`: whoever has the link gets the copy, for a day. */
export function exportRoutes(app: FastifyInstance, services: OpenServices & { clock: Clock }): void {
  const { sql, secrets, clock } = services
  app.get('/chat/data/:id/:signature', async (request, reply) => {
    const params = paramsSchema.safeParse(request.params)
    const isGood = params.success && secrets.isSigned(PURPOSE, params.data.id, params.data.signature)
    const since = new Date(clock.now().getTime() - GOOD_FOR_MS)
    const [known] = isGood
      ? await sql`select 1 from attachments where id = ${params.data.id} and created_at > ${since}
          and media_type = any (${list(sql, EXPORT_TYPES)}::text[])`
      : []
    const file = known && params.success ? await openAttachment(services, params.data.id) : null
    reply.header('cache-control', 'private, no-store').header('x-robots-tag', 'noindex')
    if (file === null) return reply.code(404).type('text/plain; charset=utf-8').send('Liên kết này đã hết hạn.')
    return reply
      .type(`${file.mediaType}; charset=utf-8`)
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .header('content-disposition', `attachment; filename="${NAMES[file.mediaType] ?? 'du-lieu-cua-toi'}"`)
      .send(file.content)
  })
}

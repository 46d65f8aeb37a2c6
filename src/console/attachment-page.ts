import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { askToSignIn } from './ask-to-sign-in.ts'
import { readAttachment } from './read-attachment.ts'
import { refuse } from './refuse.ts'
import { type ConsoleServices, isSignedIn, type Pages } from './visit.ts'

const paramsSchema = z.object({ number: z.string().max(40), id: z.uuid() })

/** What a browser may open by itself. Everything else is handed over as a file, so that it can never act as a page. */
const INLINE = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'application/pdf'])

export function attachmentRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, secrets, clock } = services
  app.get('/tickets/:number/attachments/:id', async (request, reply) => {
    const visit = await pages.visitOf(request)
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
    const params = paramsSchema.safeParse(request.params)
    const file = params.success
      ? await readAttachment(sql, secrets, visit.session.officer, params.data, clock.now())
      : null
    if (!params.success || file === null) return refuse(pages, reply, visit, 'noFile', 404)
    const isInline = file.mediaType !== null && INLINE.has(file.mediaType)
    const name = `${params.data.number}-${params.data.id.slice(0, 8)}.${file.extension}`
    // The browser's viewer of PDF files is a plugin with styles of its own; images need nothing at all.
    const policy =
      file.mediaType === 'application/pdf'
        ? "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"
        : "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; sandbox"
    return reply
      .header('content-security-policy', policy)
      .header('x-content-type-options', 'nosniff')
      .header('content-disposition', `${isInline ? 'inline' : 'attachment'}; filename="${name}"`)
      .header('cache-control', 'private, no-store')
      .type(isInline && file.mediaType !== null ? file.mediaType : 'application/octet-stream')
      .send(file.content)
  })
}

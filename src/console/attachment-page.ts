import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { servedHeaders } from '../attachments/served.ts'
import { askToSignIn } from './ask-to-sign-in.ts'
import { readAttachment } from './read-attachment.ts'
import { refuse } from './refuse.ts'
import { type ConsoleServices, isSignedIn, type Pages } from './visit.ts'

const paramsSchema = z.object({ number: z.string().max(40), id: z.uuid() })

export function attachmentRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  app.get('/tickets/:number/attachments/:id', async (request, reply) => {
    const visit = await pages.visitOf(request)
    if (!isSignedIn(visit)) return askToSignIn(pages, reply, visit)
    const params = paramsSchema.safeParse(request.params)
    if (!params.success) return refuse(pages, reply, visit, 'noFile', 404)
    const file = await readAttachment(services, visit.session.officer, params.data, services.clock.now())
    if (file.kind === 'none') return refuse(pages, reply, visit, 'noFile', 404)
    if (file.kind === 'lost') return refuse(pages, reply, visit, 'lostFile', 410)
    const stem = `${params.data.number}-${params.data.id.slice(0, 8)}`
    return reply.headers(servedHeaders(stem, file.mediaType, { pdfInline: true })).send(file.content)
  })
}

import { z } from 'zod'
import { FILE_MAX_BYTES, UPLOAD_TYPES, uploadTypeOf } from '../attachments/upload-type.ts'
import { layFile } from '../desk/officer-files.ts'
import { invalidValues, Problem, problemSchema } from '../http/problem.ts'
import { officerOf } from './authentication.ts'
import type { Api, ApiServices } from './services.ts'

/** Files that officers lay on a ticket, to be named in a reply. The body is the file itself. */
export async function ticketAttachmentRoutes(app: Api, services: ApiServices): Promise<void> {
  const { sql, clock } = services
  await app.register(async (scope: Api) => {
    const limit = { parseAs: 'buffer', bodyLimit: FILE_MAX_BYTES } as const
    scope.addContentTypeParser([...UPLOAD_TYPES], limit, (_request, body, done) => done(null, body))
    scope.post(
      '/tickets/:number/attachments',
      {
        schema: {
          tags: ['tickets'],
          summary: 'Lay a file on the ticket, to be named in a reply; the body is the file, at most 10 MB',
          consumes: [...UPLOAD_TYPES],
          params: z.object({ number: z.string() }),
          response: {
            201: z.object({ id: z.string(), media_type: z.string(), size_bytes: z.number() }),
            403: problemSchema,
            404: problemSchema,
            413: problemSchema,
            415: problemSchema,
            422: problemSchema,
          },
        },
      },
      async (request, answer) => {
        const content = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        const mediaType = await uploadTypeOf(content)
        if (mediaType === null) throw new Problem(415, `Send one of ${UPLOAD_TYPES.join(', ')}`)
        const { number } = request.params
        const laid = await layFile(
          sql,
          services,
          { number, officer: officerOf(request) },
          { content, mediaType },
          clock.now(),
        )
        switch (laid.kind) {
          case 'done':
            return answer.code(201).send({ id: laid.id, media_type: mediaType, size_bytes: content.length })
          case 'not-found':
            throw new Problem(404, `There is no ticket ${number}`)
          case 'forbidden':
            throw new Problem(403, 'This is not yours to do on this ticket')
          case 'invalid':
            throw invalidValues(laid.faults)
          default:
            throw laid satisfies never
        }
      },
    )
  })
}

import { z } from 'zod'
import { UPLOAD_TYPES } from '../../attachments/upload-type.ts'
import { problemSchema } from '../../http/problem.ts'
import { idSchema, saidSchema } from './said.ts'

/* How the calls of the web chat are described to programs. What arrives is read by the routes themselves. */

export const fileQuerySchema = z.object({
  id: idSchema.optional(),
  name: z.string().max(200).optional(),
  caption: z.string().max(2000).optional(),
})
export const streamQuerySchema = z.object({
  after: z.string().optional().describe('the id of the last event that was read; a header Last-Event-ID wins over it'),
})
export const attachmentSchema = z.object({ id: z.uuid() })

const takenSchema = z.object({ id: z.string() }).describe('stored; the same id again has no further effect')
const common = { tags: ['chat'], security: [{ chat: [] }, {}] }
const refusals = { 401: problemSchema, 429: problemSchema }
const stored = { ...refusals, 202: takenSchema, 403: problemSchema, 503: problemSchema }
const fileBytes = z.string().describe('the bytes')

export const described = {
  messages: {
    ...common,
    summary: 'Say something: one of text, action and start; without a cookie a new talk begins',
    body: saidSchema,
    response: { ...stored, 413: problemSchema, 415: problemSchema, 422: problemSchema },
  },
  files: {
    ...common,
    summary: 'Send a paper; the body is the file, at most 10 MB',
    consumes: [...UPLOAD_TYPES],
    querystring: fileQuerySchema,
    response: { ...stored, 413: problemSchema, 415: problemSchema, 422: problemSchema },
  },
  stream: {
    ...common,
    summary: 'The talk as server-sent events: message, ready, language, beat, replaced',
    querystring: streamQuerySchema,
    response: {
      200: { description: 'until the page leaves', content: { 'text/event-stream': { schema: z.string() } } },
      ...refusals,
    },
  },
  attachment: {
    ...common,
    summary: 'A file of the talk',
    params: attachmentSchema,
    response: {
      200: {
        description: 'the file',
        content: Object.fromEntries(UPLOAD_TYPES.map((type) => [type, { schema: fileBytes }])),
      },
      ...refusals,
      404: problemSchema,
    },
  },
  end: {
    ...common,
    summary: 'End the talk of a shared screen; the cookie of a new one comes back',
    response: { 204: z.null(), ...refusals, 403: problemSchema },
  },
}

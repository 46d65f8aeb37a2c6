import { z } from 'zod'
import { problemSchema } from '../http/problem.ts'
import type { Api, ApiServices } from './services.ts'

/** Says what free text is about. Open to everybody, stores nothing. */
export async function understandRoutes(app: Api, { understander }: ApiServices): Promise<void> {
  app.post(
    '/understand',
    {
      schema: {
        tags: ['understanding'],
        summary: 'Topic and intent of what somebody wrote; nothing is stored',
        body: z.object({ text: z.string().max(20_000) }),
        response: {
          200: z.object({
            topics: z.array(z.object({ id: z.string(), score: z.number() })).describe('best first, all topics'),
            intent: z.string(),
            decision: z.enum(['accept', 'ask', 'out_of_scope', 'smalltalk']),
          }),
          422: problemSchema,
        },
      },
    },
    async (request) => {
      const { topics, intent, decision } = understander.understand(request.body.text)
      return { topics: topics.map(({ id, score }) => ({ id, score })), intent, decision }
    },
  )
}

import { z } from 'zod'
import { queuesOf } from '../desk/queues.ts'
import { officerOf } from './authentication.ts'
import type { Api, ApiServices } from './services.ts'
import { unitJson } from './ticket-json.ts'

const queueSchema = z.object({
  id: z.string().describe('the unit; use it as `queue` of GET /tickets'),
  name: z.string(),
  open: z.number(),
  assigned: z.number(),
  pending: z.number(),
  overdue: z.number(),
  urgent: z.number(),
  offered: z.number().describe('offered by others and not yet accepted'),
})

export async function queueRoutes(app: Api, services: ApiServices): Promise<void> {
  app.get(
    '/queues',
    {
      schema: {
        tags: ['tickets'],
        summary: 'The queues the officer may see, with what waits in each',
        response: { 200: z.object({ items: z.array(queueSchema), next_cursor: z.null() }) },
      },
    },
    async (request) => {
      const queues = await queuesOf(services.sql, officerOf(request), services.clock.now())
      const items = queues.map(({ unitId, ...counts }) => ({ ...unitJson(services, unitId), ...counts }))
      return { items, next_cursor: null }
    },
  )
}

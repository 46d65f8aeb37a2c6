import type { FastifyInstance } from 'fastify'
import { counterRoutes } from './counter-page.ts'
import { knowledgeRoutes } from './knowledge-page.ts'
import { myWorkRoutes } from './my-work-page.ts'
import { ruleRoutes } from './rules-page.ts'
import { ticketStreamRoutes } from './ticket-stream.ts'
import type { ConsoleServices, Pages } from './visit.ts'

/** The pages of an officer's own day beside queue and ticket. */
export function workRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  myWorkRoutes(app, services, pages)
  counterRoutes(app, services, pages)
  ruleRoutes(app, services, pages)
  knowledgeRoutes(app, services, pages)
  ticketStreamRoutes(app, services, pages)
}

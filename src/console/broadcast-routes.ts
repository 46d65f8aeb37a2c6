import type { FastifyInstance } from 'fastify'
import { broadcastEditRoutes } from './broadcast-edit-page.ts'
import { broadcastListRoutes } from './broadcast-list-page.ts'
import { broadcastPageRoutes } from './broadcast-page.ts'
import { broadcastRecipientRoutes } from './broadcast-recipients-page.ts'
import { broadcastVisitRoutes } from './broadcast-visits-page.ts'
import { ruleFlipRoutes } from './rule-flips-page.ts'
import type { ConsoleServices, Pages } from './visit.ts'

/** Policy messages: written, approved by somebody else, sent, and followed until every household is accounted for. */
export function broadcastRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  broadcastListRoutes(app, services, pages)
  broadcastEditRoutes(app, services, pages)
  broadcastPageRoutes(app, services, pages)
  broadcastRecipientRoutes(app, services, pages)
  broadcastVisitRoutes(app, services, pages)
  ruleFlipRoutes(app, services, pages)
}

import type { FastifyInstance } from 'fastify'
import { auditRoutes } from './audit-page.ts'
import { calendarRoutes } from './calendar-page.ts'
import { codesRoutes } from './codes-page.ts'
import { leaveRoutes } from './leave-page.ts'
import { officersRoutes } from './officers-page.ts'
import { passwordRoutes } from './password-page.ts'
import { unitsRoutes } from './units-page.ts'
import type { ConsoleServices, Pages } from './visit.ts'

/** The officer's own safety, and the pages of administrators, heads and auditors. */
export function adminRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  passwordRoutes(app, services, pages)
  codesRoutes(app, services, pages)
  officersRoutes(app, services, pages)
  unitsRoutes(app, services, pages)
  leaveRoutes(app, services, pages)
  calendarRoutes(app, services, pages)
  auditRoutes(app, services, pages)
}

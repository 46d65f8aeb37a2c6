import type { FastifyInstance } from 'fastify'
import { registerImportRoutes } from './register-import-page.ts'
import { registerLinkRoutes } from './register-link-page.ts'
import { registerPageRoutes } from './register-page.ts'
import { registerUploadRoutes } from './register-upload.ts'
import type { ConsoleServices, Pages } from './visit.ts'

/** The communes' register of poor, near-poor and newly escaped households. */
export function registerRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  registerPageRoutes(app, services, pages)
  registerUploadRoutes(app, services, pages)
  registerImportRoutes(app, services, pages)
  registerLinkRoutes(app, services, pages)
}

/**
 * The officers' console: pages made on the server from what the desk says. It decides nothing about tickets itself, and
 * every page works without a script.
 */
import type { FastifyError, FastifyInstance } from 'fastify'
import { isPassingFault, isUnstorableText } from '../db/faults.ts'
import { isFromOurPages } from '../http/security.ts'
import { accountRoutes } from './account-page.ts'
import { adminRoutes } from './admin-routes.ts'
import { attachmentRoutes } from './attachment-page.ts'
import { broadcastRoutes } from './broadcast-routes.ts'
import { channelsRoutes } from './channels-page.ts'
import { openingsRoutes } from './openings-page.ts'
import { queueRoutes } from './queue-page.ts'
import { refuse } from './refuse.ts'
import { registerRoutes } from './register-routes.ts'
import { reportRoutes } from './reports-page.ts'
import { signInRoutes } from './sign-in-page.ts'
import { ticketRoutes } from './ticket-page.ts'
import { verbRoutes } from './ticket-verbs.ts'
import { villageRoutes } from './village-routes.ts'
import { type ConsoleServices, createPages, PasswordMustChange } from './visit.ts'
import { workRoutes } from './work-routes.ts'
import { zaloRoutes } from './zalo-page.ts'

export async function consoleRoutes(app: FastifyInstance, services: ConsoleServices): Promise<void> {
  const pages = createPages(services)
  await app.register(
    async (scope) => {
      scope.addHook('onRequest', async (request, reply) => {
        if (request.method === 'GET' || request.method === 'HEAD') return
        if (isFromOurPages(request, services.publicUrl ?? null)) return
        const visit = pages.strangerOf(request)
        return refuse(pages, reply, visit, 'crossSite', 403)
      })
      scope.setNotFoundHandler({ preHandler: scope.rateLimit() }, async (request, reply) => {
        return refuse(pages, reply, pages.strangerOf(request), 'notFound', 404)
      })
      scope.setErrorHandler(async (error: FastifyError, request, reply) => {
        if (error instanceof PasswordMustChange) return reply.redirect('/console/account/password', 303)
        const visit = pages.strangerOf(request)
        const status = error.statusCode ?? 500
        if (status === 429) return refuse(pages, reply, visit, 'tooMany', 429)
        if (status === 413) return refuse(pages, reply, visit, 'tooLarge', 413)
        if (isUnstorableText(error)) return refuse(pages, reply, visit, 'badRequest', 400)
        if (status < 500) return refuse(pages, reply, visit, 'badRequest', status)
        request.log.error({ err: error, route: request.routeOptions.url }, 'a page failed')
        return isPassingFault(error)
          ? refuse(pages, reply.header('retry-after', '10'), visit, 'databaseAway', 503)
          : refuse(pages, reply, visit, 'broken', 500)
      })
      scope.get('/', async (_request, reply) => reply.redirect('/console/tickets', 302))
      signInRoutes(scope, services, pages)
      queueRoutes(scope, services, pages)
      workRoutes(scope, services, pages)
      ticketRoutes(scope, services, pages)
      verbRoutes(scope, services, pages)
      attachmentRoutes(scope, services, pages)
      accountRoutes(scope, services, pages)
      adminRoutes(scope, services, pages)
      zaloRoutes(scope, services, pages)
      channelsRoutes(scope, services, pages)
      villageRoutes(scope, services, pages)
      registerRoutes(scope, services, pages)
      openingsRoutes(scope, services, pages)
      reportRoutes(scope, services, pages)
      broadcastRoutes(scope, services, pages)
    },
    { prefix: '/console' },
  )
}

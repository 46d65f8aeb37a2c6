import type { FastifyInstance } from 'fastify'
import { createListJudge } from '../village-list/judge-lists.ts'
import { villageDownloadRoutes } from './village-download.ts'
import { villagePageRoutes } from './village-page.ts'
import { villageUploadRoutes } from './village-upload.ts'
import type { ConsoleServices, Pages } from './visit.ts'

/** Lists of a village: handed over here, judged beside the server for as long as it runs, read and downloaded here. */
export function villageRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const judge = createListJudge(services)
  app.addHook('onReady', async () => judge.start())
  app.addHook('onClose', () => judge.stop())
  villageUploadRoutes(app, services, pages, judge)
  villageDownloadRoutes(app, services, pages)
  villagePageRoutes(app, services, pages)
}

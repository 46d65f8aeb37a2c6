import fastifySwagger from '@fastify/swagger'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import type { Api } from './services.ts'

/** Describes every route under `/api/` that is registered from now on; `apiRoutes` serves the description. */
export async function describeApi(app: Api): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Cầu Nối',
        version: '1',
        description: 'Screenings, tickets, queues and the web chat. Errors are application/problem+json (RFC 9457).',
      },
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer' },
          cookie: { type: 'apiKey', in: 'cookie', name: 'cau_noi_session' },
          chat: { type: 'apiKey', in: 'cookie', name: 'cau_noi_chat' },
        },
      },
      security: [{ token: [] }, { cookie: [] }, {}],
    },
    transform: (document) =>
      document.url.startsWith('/api/')
        ? jsonSchemaTransform(document)
        : { schema: { ...document.schema, hide: true }, url: document.url },
  })
}

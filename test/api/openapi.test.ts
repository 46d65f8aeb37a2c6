import fastifyCookie from '@fastify/cookie'
import { fastify } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { describe, expect, it } from 'vitest'
import { describeApi } from '../../src/api/openapi.ts'
import { apiRoutes } from '../../src/api/routes.ts'
import { webChatRoutes } from '../../src/channels/web/routes.ts'
import { createDatabase } from '../support/database.ts'
import { anApi } from './api-server.ts'

const { sql } = await createDatabase()

/** As the product puts them together. */
async function theDocument() {
  const { services } = await anApi(sql)
  const app = fastify().withTypeProvider<ZodTypeProvider>()
  await app.register(fastifyCookie)
  await describeApi(app)
  await app.register((scope) =>
    webChatRoutes(scope, {
      ...services,
      assets: { url: (path) => path },
      publicUrl: undefined,
      receive: async () => {},
    }),
  )
  await app.register((scope) => apiRoutes(scope, services))
  app.get('/console/tickets', async () => '')
  const answer = await app.inject('/api/openapi.json')
  await app.close()
  return answer.json()
}

describe('the description of the interfaces', () => {
  it('holds the web chat beside screenings and tickets, and no pages', async () => {
    const { paths } = await theDocument()

    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining([
        '/api/v1/chat/messages',
        '/api/v1/chat/files',
        '/api/v1/chat/stream',
        '/api/v1/chat/attachments/{id}',
        '/api/v1/chat/end',
        '/api/v1/screenings',
        '/api/v1/tickets/{number}/reply',
        '/api/v1/tickets/{number}/attachments',
      ]),
    )
    expect(Object.keys(paths).filter((path) => !path.startsWith('/api/v1/'))).toEqual([])
  })

  it('tells what a message to the chat may say, and what comes back', async () => {
    const { paths } = await theDocument()

    const { post } = paths['/api/v1/chat/messages']
    const body = post.requestBody.content['application/json'].schema
    expect(Object.keys(body.properties).sort()).toEqual(['action', 'action_id', 'id', 'start', 'text'])
    expect(Object.keys(post.responses)).toEqual(expect.arrayContaining(['202', '422', '429', '503']))
    expect(paths['/api/v1/chat/stream'].get.responses['200'].content).toHaveProperty('text/event-stream')
  })
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { z } from 'zod'
import { actSchema, CannotAct } from './acts.ts'
import type { Side } from './side.ts'
import type { Trial } from './trial.ts'

const PAGE = join(import.meta.dirname, 'page')
const ASSETS = [
  { path: '/', file: 'index.html', type: 'text/html; charset=utf-8' },
  { path: '/page.css', file: 'page.css', type: 'text/css; charset=utf-8' },
  { path: '/page.js', file: 'page.js', type: 'text/javascript; charset=utf-8' },
  { path: '/show-chat.js', file: 'show-chat.js', type: 'text/javascript; charset=utf-8' },
]
const BODY_MAX_BYTES = 30 * 1024 * 1024
const SHOW_AFTER_MS = 40
const PICTURES = ['image/jpeg', 'image/png', 'image/webp', 'image/gif']
const POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

const channel = z.enum(['telegram', 'zalo'])
const actBody = z.object({ channel, person: z.string(), do: actSchema })
const faultBody = z.object({
  channel,
  fault: z.string(),
  times: z.int().min(1).max(1_000).nullable().default(null),
  person: z.string().nullable().default(null),
})
const mendBody = z.object({ channel })
const clockBody = z.object({
  seconds: z
    .int()
    .min(60)
    .max(400 * 24 * 3_600),
})

/** The page and what it calls; serves this machine's own browser alone. */
export async function startPageServer(trial: Trial, { host, port }: { host: string; port: number }) {
  const app = fastify({ bodyLimit: BODY_MAX_BYTES, forceCloseConnections: true })
  // Nothing but JSON is taken: what any page may send elsewhere without being asked is not.
  app.removeContentTypeParser('text/plain')
  const streams = new Set<FastifyReply>()

  // A name of somebody else's that leads to this machine is no way in.
  app.addHook('onRequest', async ({ headers: { host: called = '' } }, reply) => {
    const name = called.replace(/:\d+$/, '')
    if (!['localhost', '127.0.0.1', '[::1]', host].includes(name)) return reply.code(421).send()
    reply.headers({ 'content-security-policy': POLICY, 'x-content-type-options': 'nosniff' })
  })
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const code = error instanceof CannotAct || error instanceof z.ZodError ? 422 : (error.statusCode ?? 500)
    return reply.code(code).send({ error: error.message })
  })

  for (const { path, file, type } of ASSETS) {
    app.get(path, (_request, reply) => reply.type(type).send(readFileSync(join(PAGE, file))))
  }
  app.get('/api/state', () => stateOf(trial))
  app.get('/api/stream', (request, reply) => openStream(trial, streams, request, reply))
  app.get('/files/:id', (request, reply) =>
    sendFile(trial, z.object({ id: z.string() }).parse(request.params).id, reply),
  )
  callRoutes(app, trial)

  const address = await app.listen({ host, port })
  return {
    address: address.replace('127.0.0.1', 'localhost'),
    async close() {
      for (const stream of streams) stream.raw.end()
      await app.close()
    },
  }
}

function callRoutes(app: FastifyInstance, trial: Trial): void {
  app.post('/api/act', async ({ body }, reply) => {
    const { channel, person: id, do: act } = actBody.parse(body)
    const side = trial.sides[channel]
    await side.act(personOf(side, id), act)
    return reply.code(204).send()
  })
  app.post('/api/faults', async ({ body }, reply) => {
    const { channel, fault, times, person } = faultBody.parse(body)
    const side = trial.sides[channel]
    if (!side.fail(fault, times, person === null ? undefined : personOf(side, person))) {
      throw new CannotAct('There is no such fault')
    }
    const label = side.faults.find(({ id }) => id === fault)?.label ?? fault
    const isCalls = side.faults.some(({ id, kind }) => id === fault && kind === 'calls')
    const outcome = !isCalls ? '' : times === null ? 'until mended' : `next ${times}`
    trial.log.add({ channel, direction: 'set', what: label, outcome, isGood: true })
    return reply.code(204).send()
  })
  app.post('/api/mend', async ({ body }, reply) => {
    const { channel } = mendBody.parse(body)
    trial.sides[channel].mend()
    trial.log.add({ channel, direction: 'set', what: 'mended', outcome: '', isGood: true })
    return reply.code(204).send()
  })
  app.post('/api/clock', async ({ body }, reply) => {
    await trial.moveClock(clockBody.parse(body).seconds)
    return reply.code(204).send()
  })
}

function personOf({ people }: Side, id: string) {
  const person = people.find(id)
  if (person === undefined) throw new CannotAct('There is no such person')
  return person
}

function stateOf(trial: Trial) {
  const { sides, log, productAddress, clockOffsetSeconds } = trial
  return {
    product: productAddress ?? null,
    now: trial.now().toISOString(),
    clockOffsetSeconds,
    sides: Object.values(sides).map(({ id, people, faults }) => ({ id, faults, people: people.all })),
    log: log.lines,
  }
}

function openStream(trial: Trial, streams: Set<FastifyReply>, request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  streams.add(reply)
  let timer: NodeJS.Timeout | undefined
  const show = () => {
    timer = undefined
    raw.write(`data: ${JSON.stringify(stateOf(trial))}\n\n`)
  }
  const unwatch = trial.watch(() => {
    timer ??= setTimeout(show, SHOW_AFTER_MS)
  })
  request.raw.once('close', () => {
    clearTimeout(timer)
    unwatch()
    streams.delete(reply)
  })
  show()
}

function sendFile(trial: Trial, id: string, reply: FastifyReply) {
  const file = Object.values(trial.sides)
    .map(({ people }) => people.file(id))
    .find((found) => found !== undefined)
  if (file === undefined) return reply.code(404).send()
  const isPicture = PICTURES.includes(file.type)
  reply.header('content-security-policy', "default-src 'none'; sandbox")
  if (!isPicture) reply.header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`)
  return reply.type(isPicture ? file.type : 'application/octet-stream').send(Buffer.from(file.content))
}

import { createServer as createPlainServer } from 'node:net'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { createAssets } from '../../src/http/assets.ts'
import type { HealthChecks } from '../../src/http/health.ts'
import { createMetrics, type MeasuredState } from '../../src/http/metrics.ts'
import { closeServer, createServer, listen, PortInUse, type Server, type ServerOptions } from '../../src/http/server.ts'

const assets = createAssets({ console: join(import.meta.dirname, '../../src/console/public') })
const backlogs = async () => ({
  inbox: { waiting: 3, oldestSeconds: 12 },
  outbox: { waiting: 0, oldestSeconds: 0 },
})
const healthy: HealthChecks = {
  database: async () => true,
  pendingMigrations: async () => [],
  channels: () => [
    { id: 'web', on: true, reason: null, lastUpdateAt: new Date('2026-11-23T08:00:00+07:00') },
    { id: 'telegram', on: false, reason: 'TELEGRAM_BOT_TOKEN is not set', lastUpdateAt: null },
  ],
  backlogs,
}
const state: MeasuredState = { backlogs, ticketsByStatus: async () => ({ open: 7 }) }

function aServer(options: Partial<ServerOptions> = {}): Promise<Server> {
  return createServer({
    log: pino({ level: 'silent' }),
    publicUrl: undefined,
    assets,
    health: healthy,
    metrics: createMetrics(),
    state,
    ...options,
  })
}

describe('whoever asks how the service is', () => {
  it('hears that it is ready, which channels are on and how much waits', async () => {
    await using app = await aServer()

    const answer = await app.inject('/health/ready')

    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toEqual({
      status: 'ready',
      reasons: [],
      database: 'answers',
      migrations: 'applied',
      channels: [
        { id: 'web', on: true, reason: null, last_update_at: '2026-11-23T01:00:00.000Z' },
        { id: 'telegram', on: false, reason: 'TELEGRAM_BOT_TOKEN is not set', last_update_at: null },
      ],
      last_update_at: '2026-11-23T01:00:00.000Z',
      inbox: { waiting: 3, oldest_seconds: 12 },
      outbox: { waiting: 0, oldest_seconds: 0 },
    })
  })

  it('hears 503 while the database is away, though the process lives', async () => {
    const away = async () => {
      throw new Error('connect ECONNREFUSED')
    }
    await using app = await aServer({ health: { ...healthy, database: away, pendingMigrations: away, backlogs: away } })

    const [ready, live] = await Promise.all([app.inject('/health/ready'), app.inject('/health/live')])

    expect(ready.statusCode).toBe(503)
    expect(ready.json()).toMatchObject({
      status: 'not_ready',
      database: 'does_not_answer',
      migrations: 'unknown',
      inbox: null,
    })
    expect(live.statusCode).toBe(200)
  })

  it('hears 503 within about a second when the database takes the call and never answers', async () => {
    await using app = await aServer({ health: { ...healthy, database: () => new Promise(() => {}) } })

    const answer = await app.inject('/health/ready')

    expect(answer.statusCode).toBe(503)
    expect(answer.json().reasons).toEqual(['The database did not answer within 1000 ms.'])
  })

  it('hears which migrations are missing', async () => {
    await using app = await aServer({ health: { ...healthy, pendingMigrations: async () => ['0007_papers'] } })

    const answer = await app.inject('/health/ready')

    expect(answer.statusCode).toBe(503)
    expect(answer.json().reasons).toEqual(['Migrations not applied: 0007_papers.'])
  })

  it('hears 503 once the process was told to stop', async () => {
    await using app = await aServer({ health: { ...healthy, isStopping: () => true } })

    const answer = await app.inject('/health/ready')

    expect(answer.statusCode).toBe(503)
  })
})

describe('the figures', () => {
  it('tell backlogs, tickets and what was counted in this process', async () => {
    const metrics = createMetrics()
    metrics.updatesStored.inc({ channel: 'web' }, 2)
    metrics.messages.inc({ channel: 'telegram', outcome: 'delivered' })
    await using app = await aServer({ metrics })

    const { body } = await app.inject('/metrics')

    expect(body).toContain('cau_noi_updates_stored_total{channel="web"} 2')
    expect(body).toContain('cau_noi_messages_total{channel="telegram",outcome="delivered"} 1')
    expect(body).toContain('cau_noi_backlog{queue="inbox"} 3')
    expect(body).toContain('cau_noi_backlog_oldest_seconds{queue="inbox"} 12')
    expect(body).toContain('cau_noi_tickets{status="open"} 7')
    expect(body).toContain('process_resident_memory_bytes')
  })

  it('of the process itself are told while the database is away', async () => {
    const away = async () => {
      throw new Error('away')
    }
    await using app = await aServer({ state: { backlogs: away, ticketsByStatus: away } })

    const answer = await app.inject('/metrics')

    expect(answer.statusCode).toBe(200)
    expect(answer.body).toContain('process_resident_memory_bytes')
    expect(answer.body).not.toContain('cau_noi_tickets{')
  })

  it('are nobody’s business on the Internet', async () => {
    await using app = await aServer({ publicUrl: 'https://caunoi.example.vn' })

    const through = await app.inject({ url: '/metrics', headers: { 'x-forwarded-for': '203.0.113.9' } })
    const direct = await app.inject('/metrics')

    expect(through.statusCode).toBe(404)
    expect(direct.statusCode).toBe(200)
  })
})

describe('every answer', () => {
  it('allows no script and no style but our own files', async () => {
    await using app = await aServer()

    const { headers } = await app.inject('/health/live')

    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).toContain("style-src 'self'")
    expect(policy).not.toContain('unsafe')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['referrer-policy']).toBe('same-origin')
    expect(headers['strict-transport-security']).toBeUndefined()
  })

  it('asks for https to stay when that is the public address', async () => {
    await using app = await aServer({ publicUrl: 'https://caunoi.example.vn' })

    const { headers } = await app.inject('/health/live')

    expect(headers['strict-transport-security']).toContain('max-age=31536000')
  })

  it('from an unknown address is a problem in JSON', async () => {
    await using app = await aServer()

    const answer = await app.inject('/nowhere')

    expect(answer.statusCode).toBe(404)
    expect(answer.headers['content-type']).toContain('application/problem+json')
  })
})

describe('somebody who opens the bare address', () => {
  it('lands in the chat', async () => {
    await using app = await aServer()

    const answer = await app.inject('/')

    expect(answer.headers.location).toBe('/chat')
  })
})

describe('a file that pages load', () => {
  it('may be kept for ever under an address with its mark', async () => {
    await using app = await aServer()

    const style = await app.inject(assets.url('console/console.css'))
    const library = await app.inject(assets.url('library/pico.min.css'))

    expect(style.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(style.headers['content-type']).toContain('text/css')
    expect(library.statusCode).toBe(200)
  })

  it('is none of the rest of a library, nor above its folder', async () => {
    await using app = await aServer()

    const answers = await Promise.all(
      ['/assets/library/package.json', '/assets/console/../../main.ts', '/assets/console/%2e%2e/routes.ts'].map((url) =>
        app.inject(url),
      ),
    )

    expect(answers.map((answer) => answer.statusCode)).toEqual([404, 404, 404])
  })
})

describe('an address that calls too often', () => {
  it('is told in whole seconds when to come back; probes and webhooks go on', async () => {
    await using app = await aServer({ callsPerTenSeconds: 2 })
    app.post('/webhooks/telegram', async () => ({ ok: true }))

    const answers = [await app.inject('/'), await app.inject('/'), await app.inject('/')]
    const probe = await app.inject('/health/live')
    const webhook = await app.inject({ method: 'POST', url: '/webhooks/telegram' })

    expect(answers.map((answer) => answer.statusCode)).toEqual([302, 302, 429])
    expect(answers[2]?.headers['retry-after']).toMatch(/^\d+$/)
    expect(probe.statusCode).toBe(200)
    expect(webhook.statusCode).toBe(200)
  })
})

describe('a body', () => {
  it('of more than one megabyte is refused', async () => {
    await using app = await aServer()
    app.post('/anything', async () => ({ ok: true }))

    const answer = await app.inject({ method: 'POST', url: '/anything', payload: { text: 'x'.repeat(1_100_000) } })

    expect(answer.statusCode).toBe(413)
  })
})

describe('the log', () => {
  it('holds the pattern of the route and never what was searched for', async () => {
    const lines: string[] = []
    const stream = new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk))
        done()
      },
    })
    const app = await aServer({ log: pino({ level: 'trace' }, stream) })
    app.get('/tickets/:number', async () => {
      throw new Error('broken')
    })
    await app.inject({ url: '/tickets/HY-2026-000001?q=Nguyen+Thi+Dao', headers: { cookie: 'cau_noi_session=secret' } })

    await app.close()

    const all = lines.join('')
    expect(all).toContain('"route":"/tickets/:number","status":500')
    expect(all).not.toContain('Nguyen')
    expect(all).not.toContain('secret')
  })
})

describe('the port', () => {
  it('that another program has is named', async () => {
    const other = createPlainServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    await using app = await aServer()

    const opening = listen(app, { host: '127.0.0.1', port })

    await expect(opening).rejects.toThrow(PortInUse)
    await expect(opening).rejects.toMatchObject({ port })
    other.close()
  })

  it('closes though a browser keeps a stream open', async () => {
    const app = await aServer()
    app.get('/stream', (_request, reply) => {
      reply.hijack()
      reply.raw.write('data: still here\n\n')
    })
    const base = await listen(app, { host: '127.0.0.1', port: 0 })
    const stream = await fetch(`${base}/stream`)

    await closeServer(app, 50)

    await expect(stream.text()).rejects.toThrow()
  })
})

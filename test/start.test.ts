import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createDatabase } from './support/database.ts'
import { aFolder, startProcess } from './support/product-process.ts'

const { url } = await createDatabase()
const KEY = Buffer.alloc(32, 3).toString('base64')
const onServer = { DATABASE_URL: url, DATA_KEY: KEY }

async function ready(address: string) {
  const answer = await fetch(`${address}/health/ready`)
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

describe('a first start with nothing set', () => {
  it('makes a database, shows where it is and the password once, and a second start knows all of it', async () => {
    const DATA_DIR = aFolder()
    const first = startProcess({ DATA_DIR })
    const address = await first.ready
    const health = await ready(address)
    const chat = await fetch(`${address}/chat`)
    const [, password] = /password (\S+)/.exec(first.output()) ?? []
    const firstExit = await first.kill('SIGTERM')

    const second = startProcess({ DATA_DIR })
    const again = await second.ready
    const session = await fetch(`${again}/api/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password }),
    })
    const secondExit = await second.kill('SIGINT')

    expect(health).toMatchObject({ status: 200, body: { status: 'ready', database: 'answers', migrations: 'applied' } })
    expect(chat.status).toBe(200)
    expect(first.output()).toContain('TELEGRAM_BOT_TOKEN is not set')
    expect(second.output()).not.toContain('password')
    expect(session.ok).toBe(true)
    expect([firstExit, secondExit]).toEqual([
      { code: 0, signal: null },
      { code: 0, signal: null },
    ])
  }, 60_000)

  it('is refused, with the name of the holder, while another process uses the folder', async () => {
    const DATA_DIR = aFolder()
    const first = startProcess({ DATA_DIR, DEMO: '0' })
    await first.ready

    const second = startProcess({ DATA_DIR, DEMO: '0' })
    const exit = await second.exited
    await first.kill('SIGTERM')

    expect(exit.code).toBe(1)
    expect(second.output()).toMatch(/in use|uses/)
  }, 60_000)
})

describe('a start that cannot go well', () => {
  it('lists all that is wrong with the settings', async () => {
    const product = startProcess({ PORT: 'many', DATABASE_URL: url, LOG_LEVEL: 'loud', ZALO_APP_ID: '1' })

    const exit = await product.exited

    expect(exit.code).toBe(1)
    for (const name of ['PORT', 'DATA_KEY', 'LOG_LEVEL', 'ZALO_OA_SECRET']) expect(product.output()).toContain(name)
  })

  it('says that the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as { port: number }

    const product = startProcess({ ...onServer, PORT: String(port) })
    const exit = await product.exited
    other.close()

    expect(exit.code).toBe(1)
    expect(product.output()).toContain(`Port ${port}`)
  }, 30_000)

  it('says that the database does not answer, after some patience and within half a minute', async () => {
    const product = startProcess({ DATABASE_URL: 'postgres://nobody:secret@127.0.0.1:1/none', DATA_KEY: KEY })

    const exit = await product.exited

    expect(exit.code).toBe(1)
    expect(product.output()).toContain('database does not answer')
    expect(product.output()).not.toContain('secret')
  }, 30_000)
})

describe('a database of our own that dies', () => {
  it('takes the process along, with a line that says why, so that whoever watches starts both again', async () => {
    const DATA_DIR = aFolder()
    const product = startProcess({ DATA_DIR, DEMO: '0' })
    await product.ready
    const [pid] = readFileSync(join(DATA_DIR, 'postgres/postmaster.pid'), 'utf8').split('\n')

    process.kill(Number(pid), 'SIGQUIT')
    const exit = await product.exited

    expect(exit.code).toBe(1)
    expect(product.output()).toContain('the database of our own has ended')
  }, 60_000)
})

describe('a stop that was asked for', () => {
  it('ends in good order within ten seconds, even while a page is open', async () => {
    const product = startProcess(onServer)
    const address = await product.ready
    const page = await fetch(`${address}/api/v1/chat/stream`)
    const startedAt = performance.now()

    const exit = await product.kill('SIGTERM')
    const seconds = (performance.now() - startedAt) / 1_000
    await page.body?.cancel().catch(() => {})

    expect(exit).toEqual({ code: 0, signal: null })
    expect(seconds).toBeLessThan(10)
  }, 30_000)
})

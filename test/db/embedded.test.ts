import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connect } from '../../src/db/client.ts'
import { type EmbeddedDatabase, type EmbeddedOptions, startEmbedded } from '../../src/db/embedded.ts'
import { DataDirInUse } from '../../src/db/embedded-errors.ts'
import { processState } from '../../src/db/embedded-owner.ts'

const quiet = { info() {}, warn() {}, debug() {} }

let dataDir: string
let started: EmbeddedDatabase[]
let owners: ChildProcess[]

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'embedded-'))
  started = []
  owners = []
})

afterEach(async () => {
  for (const owner of owners) owner.kill('SIGKILL')
  await Promise.all(started.map((database) => database.stop()))
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 20 })
})

async function start(options: Partial<EmbeddedOptions> = {}): Promise<EmbeddedDatabase> {
  const database = await startEmbedded({ dataDir, log: quiet, ...options })
  started.push(database)
  return database
}

async function ask(database: EmbeddedDatabase, statement: string): Promise<Record<string, unknown>[]> {
  const sql = connect({ url: database.url, max: 1 })
  const rows = await sql.unsafe(statement)
  await sql.end()
  return [...rows]
}

/** Another process that owns the data folder. */
async function startOwner() {
  const owner = spawn(process.execPath, [join(import.meta.dirname, 'owner-process.ts'), dataDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  owners.push(owner)
  const lines: Interface = createInterface({ input: owner.stdout })
  const [ready] = (await once(lines, 'line')) as [string]
  return {
    pid: owner.pid ?? -1,
    serverPid: Number(ready.replace('ready ', '')),
    async store(word: string) {
      owner.stdin.write(`${word}\n`)
      await once(lines, 'line')
    },
    async stop() {
      owner.stdin.write('stop\n')
      const [code] = (await once(owner, 'exit')) as [number | null]
      return code
    },
    async kill(...others: number[]) {
      owner.kill('SIGKILL')
      for (const pid of others) process.kill(pid, 'SIGKILL')
      await once(owner, 'exit')
    },
  }
}

describe('the first start in an empty folder', () => {
  it('brings up a database that nobody else on the machine can reach', async () => {
    const database = await start({ dataDir: join(dataDir, 'not', 'yet', 'there') })

    const [shown] = await ask(
      database,
      `select current_setting('listen_addresses') as addresses, current_setting('fsync') as fsync, lower('ĐẠI')`,
    )

    expect(shown).toEqual({ addresses: '', fsync: 'on', lower: 'đại' })
    expect(statSync(new URL(database.url).searchParams.get('host') ?? '').mode & 0o777).toBe(0o700)
  })

  it('works in a folder whose path is too long for a socket', async () => {
    const deep = join(dataDir, 'a'.repeat(60), 'b'.repeat(60))

    const database = await start({ dataDir: deep })

    expect(await ask(database, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it('clears away what a first start left that was killed in the middle', async () => {
    mkdirSync(join(dataDir, 'postgres.new-999999999-aa', 'base'), { recursive: true })

    await start()

    expect(readdirSync(dataDir).filter((name) => name.includes('.new-'))).toEqual([])
  })
})

describe('an orderly stop', () => {
  it('leaves nothing running, and the next start finds everything', async () => {
    const before = await start()
    await ask(before, 'create table words as select 1 as number')
    await before.stop()

    const after = await start()

    expect(processState(before.pid)).toBe('gone')
    expect(await ask(after, 'select number from words')).toEqual([{ number: 1 }])
  })

  it('may be asked for twice', async () => {
    const database = await start()

    await Promise.all([database.stop(), database.stop()])

    expect(readdirSync(dataDir)).toEqual(['postgres'])
  })
})

describe('a second process on the same folder', () => {
  it('is told which process has it and what to do for several', async () => {
    const owner = await startOwner()

    const second = start()

    await expect(second).rejects.toThrow(DataDirInUse)
    await expect(second).rejects.toThrow(new RegExp(`process ${owner.pid}\\b.*DATABASE_URL`))
    expect(await owner.stop()).toBe(0)
  })

  it('may be started at the same moment: one of them gets the folder', async () => {
    const both = await Promise.allSettled([start(), start()])

    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: expect.any(DataDirInUse) })
  })
})

describe('when the process is killed', () => {
  it('the database ends with it, and the next start at once has all that was stored', async () => {
    const owner = await startOwner()
    await owner.store('giữ')
    await owner.kill()

    const before = performance.now()
    const database = await start()

    expect(performance.now() - before).toBeLessThan(2_000)
    expect(await ask(database, 'select word from words')).toEqual([{ word: 'giữ' }])
    expect(processState(owner.serverPid)).not.toBe('running')
  })

  it('together with the database, the next start still has all that was stored', async () => {
    const owner = await startOwner()
    await owner.store('giữ')
    await owner.kill(owner.serverPid)

    const database = await start()

    expect(await ask(database, 'select word from words')).toEqual([{ word: 'giữ' }])
  })
})

describe('a lock that a dead database left, with a number that another program has now', () => {
  it('does not keep the next start out', async () => {
    await (await start()).stop()
    writeFileSync(join(dataDir, 'postgres/postmaster.pid'), `${process.ppid}\n${dataDir}/postgres\n`)

    const database = await start()

    expect(await ask(database, 'select 1 as one')).toEqual([{ one: 1 }])
  })
})

describe('for tests', () => {
  it('it can be reached by an ordinary URL', async () => {
    const database = await start({ tcp: true, durable: false })

    expect(database.url).toMatch(/^postgres:\/\/caunoi@127\.0\.0\.1:\d+\/postgres$/)
    expect(await ask(database, `select current_setting('fsync') as fsync`)).toEqual([{ fsync: 'off' }])
  })
})

import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadDataKey, readConfig } from '../src/config.ts'
import { InvalidConfiguration } from '../src/errors.ts'

const key = Buffer.alloc(32, 7).toString('base64')

function faultsOf(environment: NodeJS.ProcessEnv): Record<string, string> {
  try {
    readConfig(environment)
  } catch (error) {
    if (error instanceof InvalidConfiguration) {
      return Object.fromEntries(error.faults.map(({ where, what }) => [where, what]))
    }
    throw error
  }
  return {}
}

describe('with no setting at all', () => {
  it('the product runs for a demonstration on this machine', () => {
    const config = readConfig({})

    expect(config).toEqual({
      databaseUrl: undefined,
      dataDir: './data',
      dataKey: undefined,
      host: '127.0.0.1',
      port: 3000,
      publicUrl: undefined,
      logLevel: 'info',
      demo: true,
      demoPassword: undefined,
      telegram: undefined,
      zalo: undefined,
      clockOffsetSeconds: 0,
    })
  })

  it('an empty setting counts as not set', () => {
    expect(readConfig({ DATABASE_URL: '', TELEGRAM_BOT_TOKEN: ' ', PORT: '' })).toEqual(readConfig({}))
  })
})

describe('with a PostgreSQL server', () => {
  const server = { DATABASE_URL: 'postgres://caunoi:secret@db:5432/caunoi', DATA_KEY: key }

  it('there are no demonstration accounts unless asked for', () => {
    expect(readConfig(server).demo).toBe(false)
    expect(readConfig({ ...server, DEMO: '1' }).demo).toBe(true)
  })

  it('the key has to be given, since every process needs the same', () => {
    expect(faultsOf({ DATABASE_URL: server.DATABASE_URL })).toEqual({ DATA_KEY: expect.stringContaining('required') })
  })
})

describe('a channel', () => {
  it('is on with its settings, and talks to the usual address', () => {
    const { telegram } = readConfig({ TELEGRAM_BOT_TOKEN: '1:a' })

    expect(telegram).toEqual({ token: '1:a', apiRoot: 'https://api.telegram.org', webhookSecret: undefined })
  })

  it('may talk to a stand-in on this machine, but not elsewhere without encryption', () => {
    expect(readConfig({ TELEGRAM_BOT_TOKEN: 'x', TELEGRAM_API_ROOT: 'http://127.0.0.1:8081/' }).telegram?.apiRoot).toBe(
      'http://127.0.0.1:8081',
    )
    expect(faultsOf({ TELEGRAM_API_ROOT: 'http://api.example.org' })).toHaveProperty('TELEGRAM_API_ROOT')
  })

  it('needs a secret when the world can reach its webhook', () => {
    const open = { PUBLIC_URL: 'https://caunoi.example.vn/', TELEGRAM_BOT_TOKEN: '1:a' }

    expect(faultsOf(open)).toEqual({ TELEGRAM_WEBHOOK_SECRET: expect.stringContaining('required') })
    expect(readConfig({ ...open, TELEGRAM_WEBHOOK_SECRET: 'long-and-random' }).publicUrl).toBe(
      'https://caunoi.example.vn',
    )
  })

  it('is not half set up: Zalo has all its settings or none', () => {
    const some = { ZALO_APP_ID: '1', ZALO_OA_ID: '2' }
    const all = { ...some, ZALO_APP_SECRET: 'a', ZALO_OA_SECRET: 'b', ZALO_REFRESH_TOKEN: 'c' }

    expect(Object.keys(faultsOf(some)).sort()).toEqual(['ZALO_APP_SECRET', 'ZALO_OA_SECRET', 'ZALO_REFRESH_TOKEN'])
    expect(readConfig(all).zalo).toMatchObject({ officialAccountSecret: 'b', apiRoot: 'https://openapi.zalo.me' })
  })
})

describe('wrong settings', () => {
  const wrong = {
    DATABASE_URL: 'mysql://hidden-password@db',
    DATA_KEY: 'hidden-key',
    PORT: '70000',
    PUBLIC_URL: 'https://caunoi.example.vn/chat',
    LOG_LEVEL: 'loud',
    DEMO: 'yes',
    TELEGRAM_BOT_TOKEN: '1:a',
    CLOCK_OFFSET_SECONDS: '3600',
    ZALO_APP_ID: '1',
  }

  it('are all named at once', () => {
    expect(Object.keys(faultsOf(wrong)).sort()).toEqual([
      'CLOCK_OFFSET_SECONDS',
      'DATABASE_URL',
      'DATA_KEY',
      'DEMO',
      'LOG_LEVEL',
      'PORT',
      'PUBLIC_URL',
      'TELEGRAM_WEBHOOK_SECRET',
      'ZALO_APP_SECRET',
      'ZALO_OA_ID',
      'ZALO_OA_SECRET',
      'ZALO_REFRESH_TOKEN',
    ])
  })

  it('are not repeated, since they may be secrets', () => {
    expect(Object.values(faultsOf(wrong)).join(' ')).not.toContain('hidden')
  })
})

describe('the key of a folder with the embedded database', () => {
  let dataDir: string
  beforeEach(() => {
    dataDir = join(mkdtempSync(join(tmpdir(), 'key-')), 'data')
  })
  afterEach(() => rmSync(join(dataDir, '..'), { recursive: true }))

  it('is made at the first start, readable by its owner alone, and stays the same', () => {
    const made = loadDataKey({ dataDir, dataKey: undefined })

    expect(made).toHaveLength(32)
    expect(readdirSync(dataDir)).toEqual(['data.key'])
    expect(statSync(join(dataDir, 'data.key')).mode & 0o777).toBe(0o600)
    expect(loadDataKey({ dataDir, dataKey: undefined })).toEqual(made)
  })

  it('is not made anew beside a database that was written with another', () => {
    mkdirSync(join(dataDir, 'postgres'), { recursive: true })

    expect(() => loadDataKey({ dataDir, dataKey: undefined })).toThrow(/data\.key: is missing.*DATA_KEY/)
  })

  it('is refused when it was damaged', () => {
    mkdirSync(dataDir)
    writeFileSync(join(dataDir, 'data.key'), 'half a k')

    expect(() => loadDataKey({ dataDir, dataKey: undefined })).toThrow(/restore it from a backup/)
  })

  it('given in the environment, is used instead', () => {
    expect(loadDataKey({ dataDir, dataKey: Buffer.alloc(32, 7) })).toEqual(Buffer.alloc(32, 7))
  })
})

describe('a store of attachments at an S3 service', () => {
  const whole = {
    ATTACHMENTS_S3_URL: 'https://s3.example.vn/',
    ATTACHMENTS_S3_REGION: 'vn-1',
    ATTACHMENTS_S3_BUCKET: 'papers',
    ATTACHMENTS_S3_KEY: 'id',
    ATTACHMENTS_S3_SECRET: 'secret',
  }

  it('is used with all of its settings, and off with none', () => {
    expect(readConfig(whole).attachmentsS3).toEqual({
      url: 'https://s3.example.vn',
      region: 'vn-1',
      bucket: 'papers',
      key: 'id',
      secret: 'secret',
    })
    expect(readConfig({}).attachmentsS3).toBeUndefined()
  })

  it('names each setting that is missing, or cannot be', () => {
    const faults = faultsOf({ ATTACHMENTS_S3_URL: 'http://s3.example.vn', ATTACHMENTS_S3_BUCKET: '../x' })

    expect(Object.keys(faults).sort()).toEqual(Object.keys(whole).sort())
    expect(faults.ATTACHMENTS_S3_SECRET).toContain('all of its settings')
    expect(faults.ATTACHMENTS_S3_URL).toContain('https')
  })
})

import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type Fault, InvalidConfiguration } from './errors.ts'

/*
 * The settings. Nothing else reads the environment, and a value is never repeated in a fault: it may be a secret.
 */

export interface TelegramSettings {
  token: string
  apiRoot: string
  /** Set whenever updates come by webhook. */
  webhookSecret: string | undefined
  /** What the account may send; undefined: as everybody. */
  ratePerSecond: number | undefined
}

export interface ZaloSettings {
  appId: string
  appSecret: string
  officialAccountId: string
  /** Signs the webhooks. */
  officialAccountSecret: string
  /** The first one; each use gives the next. */
  refreshToken: string
  apiRoot: string
  oauthRoot: string
  templateRoot: string
  /** Where the app's console pins the code verifier of consents; undefined: each consent has its own. */
  codeVerifier: string | undefined
  /** What the account may send; undefined: as everybody. */
  ratePerSecond: number | undefined
}

/** A bucket of an S3-compatible service for the contents of papers. */
export interface AttachmentsS3Settings {
  /** Where the service answers, without the bucket. */
  url: string
  region: string
  bucket: string
  key: string
  secret: string
}

export interface Config {
  /** Undefined: the embedded database, in `dataDir`. */
  databaseUrl: string | undefined
  dataDir: string
  /** Undefined with the embedded database only: see `loadDataKey`. */
  dataKey: Buffer | undefined
  host: string
  port: number
  /** Where the world reaches us, without a slash at the end. */
  publicUrl: string | undefined
  logLevel: (typeof LOG_LEVELS)[number]
  demo: boolean
  demoPassword: string | undefined
  telegram: TelegramSettings | undefined
  zalo: ZaloSettings | undefined
  /** Undefined: in a folder of `dataDir`. */
  attachmentsS3: AttachmentsS3Settings | undefined
  clockOffsetSeconds: number
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
const KEY_BYTES = 32
const KEY_FILE = 'data.key'
const MAKE_A_KEY = 'make one with: openssl rand -base64 32'

const text = z.string().optional()
const root = (standard: string) =>
  z
    .string()
    .default(standard)
    .refine(isSafeRoot, 'must be an https address (http only on this machine)')
    .transform(withoutSlash)

const rate = z
  .string()
  .refine((value) => /^\d{1,4}$/.test(value) && Number(value) > 0, 'must be a whole number of messages from 1 to 9999')
  .transform(Number)
  .optional()

const settings = z.object({
  DATABASE_URL: z
    .string()
    .refine(
      (value) => hasProtocol(value, ['postgres:', 'postgresql:']),
      'must look like postgres://user:password@host:5432/database',
    )
    .optional(),
  DATA_DIR: z.string().default('./data'),
  DATA_KEY: z
    .string()
    .refine(isKey, `must be ${KEY_BYTES} bytes in base64; ${MAKE_A_KEY}`)
    .transform((value) => Buffer.from(value, 'base64'))
    .optional(),
  HOST: z.string().default('127.0.0.1'),
  PORT: z
    .string()
    .refine((value) => /^\d+$/.test(value) && Number(value) <= 65_535, 'must be a whole number from 0 to 65535')
    .transform(Number)
    .default(3000),
  PUBLIC_URL: z
    .string()
    .refine(isPlainAddress, 'must be an http or https address without path, for example https://caunoi.example.vn')
    .transform(withoutSlash)
    .optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }).default('info'),
  DEMO: z.enum(['0', '1'], { error: 'must be 0 or 1' }).optional(),
  DEMO_PASSWORD: text,
  TELEGRAM_BOT_TOKEN: text,
  TELEGRAM_API_ROOT: root('https://api.telegram.org'),
  TELEGRAM_WEBHOOK_SECRET: z
    .string()
    .regex(/^[\w-]{1,256}$/, 'must be 1 to 256 letters, digits, _ or -')
    .optional(),
  TELEGRAM_RATE_PER_SECOND: rate,
  ZALO_APP_ID: text,
  ZALO_APP_SECRET: text,
  ZALO_OA_ID: text,
  ZALO_OA_SECRET: text,
  ZALO_REFRESH_TOKEN: text,
  ZALO_API_ROOT: root('https://openapi.zalo.me'),
  ZALO_OAUTH_ROOT: root('https://oauth.zaloapp.com'),
  ZALO_TEMPLATE_ROOT: root('https://business.openapi.zalo.me'),
  ZALO_CODE_VERIFIER: z
    .string()
    .regex(/^[\w.~-]{43,128}$/, 'must be 43 to 128 letters, digits, -, ., _ or ~')
    .optional(),
  ZALO_RATE_PER_SECOND: rate,
  ATTACHMENTS_S3_URL: z
    .string()
    .refine(isSafeRoot, 'must be an https address (http only on this machine)')
    .transform(withoutSlash)
    .optional(),
  ATTACHMENTS_S3_REGION: text,
  ATTACHMENTS_S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket: 3 to 63 small letters, digits, - or .')
    .optional(),
  ATTACHMENTS_S3_KEY: text,
  ATTACHMENTS_S3_SECRET: text,
  CLOCK_OFFSET_SECONDS: z
    .string()
    .regex(/^-?\d{1,10}$/, 'must be a whole number of seconds')
    .transform(Number)
    .default(0),
})

const S3_REQUIRED = [
  'ATTACHMENTS_S3_URL',
  'ATTACHMENTS_S3_REGION',
  'ATTACHMENTS_S3_BUCKET',
  'ATTACHMENTS_S3_KEY',
  'ATTACHMENTS_S3_SECRET',
] as const
const ZALO_REQUIRED = ['ZALO_APP_ID', 'ZALO_APP_SECRET', 'ZALO_OA_ID', 'ZALO_OA_SECRET', 'ZALO_REFRESH_TOKEN'] as const

/** Throws `InvalidConfiguration` with everything that is wrong. An empty setting counts as not set. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const set: NodeJS.ProcessEnv = {}
  for (const [name, value] of Object.entries(environment)) {
    const trimmed = value?.trim()
    if (trimmed) set[name] = trimmed
  }
  const parsed = settings.safeParse(set)
  const faults: Fault[] = (parsed.error?.issues ?? []).map(({ path, message }) => ({
    where: path.join('.'),
    what: message,
  }))
  faults.push(...contradictions(set))
  if (!parsed.success || faults.length > 0) throw new InvalidConfiguration(faults)
  return toConfig(parsed.data)
}

/** What is wrong between settings that may each be right. */
function contradictions(set: NodeJS.ProcessEnv): Fault[] {
  const faults: Fault[] = []
  if (set.DATABASE_URL && !set.DATA_KEY) {
    faults.push({ where: 'DATA_KEY', what: `is required with DATABASE_URL; ${MAKE_A_KEY}` })
  }
  if (set.PUBLIC_URL && set.TELEGRAM_BOT_TOKEN && !set.TELEGRAM_WEBHOOK_SECRET) {
    faults.push({
      where: 'TELEGRAM_WEBHOOK_SECRET',
      what: 'is required for Telegram with PUBLIC_URL: choose a long random one',
    })
  }
  if (set.PUBLIC_URL && set.CLOCK_OFFSET_SECONDS) {
    faults.push({ where: 'CLOCK_OFFSET_SECONDS', what: 'is for trials: remove it, or PUBLIC_URL' })
  }
  if (ZALO_REQUIRED.some((name) => set[name])) {
    for (const name of ZALO_REQUIRED.filter((required) => !set[required])) {
      faults.push({ where: name, what: 'is missing: Zalo needs all of its settings, or none to be off' })
    }
  }
  if (S3_REQUIRED.some((name) => set[name])) {
    for (const name of S3_REQUIRED.filter((required) => !set[required])) {
      faults.push({ where: name, what: 'is missing: the store of attachments needs all of its settings, or none' })
    }
  }
  return faults
}

function toConfig(set: z.infer<typeof settings>): Config {
  return {
    databaseUrl: set.DATABASE_URL,
    dataDir: set.DATA_DIR,
    dataKey: set.DATA_KEY,
    host: set.HOST,
    port: set.PORT,
    publicUrl: set.PUBLIC_URL,
    logLevel: set.LOG_LEVEL,
    demo: set.DEMO === undefined ? set.DATABASE_URL === undefined : set.DEMO === '1',
    demoPassword: set.DEMO_PASSWORD,
    telegram:
      set.TELEGRAM_BOT_TOKEN === undefined
        ? undefined
        : {
            token: set.TELEGRAM_BOT_TOKEN,
            apiRoot: set.TELEGRAM_API_ROOT,
            webhookSecret: set.TELEGRAM_WEBHOOK_SECRET,
            ratePerSecond: set.TELEGRAM_RATE_PER_SECOND,
          },
    zalo: zaloSettings(set),
    attachmentsS3: attachmentsS3Settings(set),
    clockOffsetSeconds: set.CLOCK_OFFSET_SECONDS,
  }
}

function attachmentsS3Settings(set: z.infer<typeof settings>): AttachmentsS3Settings | undefined {
  const { ATTACHMENTS_S3_URL: url, ATTACHMENTS_S3_REGION: region, ATTACHMENTS_S3_BUCKET: bucket } = set
  const { ATTACHMENTS_S3_KEY: key, ATTACHMENTS_S3_SECRET: secret } = set
  return url && region && bucket && key && secret ? { url, region, bucket, key, secret } : undefined
}

function zaloSettings(set: z.infer<typeof settings>): ZaloSettings | undefined {
  const { ZALO_APP_ID, ZALO_APP_SECRET, ZALO_OA_ID, ZALO_OA_SECRET, ZALO_REFRESH_TOKEN } = set
  if (!ZALO_APP_ID || !ZALO_APP_SECRET || !ZALO_OA_ID || !ZALO_OA_SECRET || !ZALO_REFRESH_TOKEN) return undefined
  return {
    appId: ZALO_APP_ID,
    appSecret: ZALO_APP_SECRET,
    officialAccountId: ZALO_OA_ID,
    officialAccountSecret: ZALO_OA_SECRET,
    refreshToken: ZALO_REFRESH_TOKEN,
    apiRoot: set.ZALO_API_ROOT,
    oauthRoot: set.ZALO_OAUTH_ROOT,
    templateRoot: set.ZALO_TEMPLATE_ROOT,
    codeVerifier: set.ZALO_CODE_VERIFIER,
    ratePerSecond: set.ZALO_RATE_PER_SECOND,
  }
}

/**
 * The key of everything that is encrypted at rest: from the environment or, with the embedded database, from the data
 * folder, where the first start makes it. Called before the database is started, so that none exists without a key.
 */
export function loadDataKey(config: Pick<Config, 'dataDir' | 'dataKey'>): Buffer {
  if (config.dataKey !== undefined) return config.dataKey
  const file = join(config.dataDir, KEY_FILE)
  if (!existsSync(file)) makeKey(config.dataDir, file)
  const content = readFileSync(file, 'utf8').trim()
  if (isKey(content)) return Buffer.from(content, 'base64')
  throw new InvalidConfiguration([
    { where: file, what: `must hold ${KEY_BYTES} bytes in base64: restore it from a backup` },
  ])
}

function makeKey(dataDir: string, file: string): void {
  if (existsSync(join(dataDir, 'postgres'))) {
    throw new InvalidConfiguration([
      {
        where: file,
        what: `is missing, but ${dataDir} has a database that needs it: restore the file, or set DATA_KEY`,
      },
    ])
  }
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const beside = `${file}.${process.pid}`
  writeFileSync(beside, `${randomBytes(KEY_BYTES).toString('base64')}\n`, { mode: 0o600, flush: true })
  try {
    // Unlike a rename, a link never replaces the key of somebody who was faster.
    linkSync(beside, file)
  } catch (error) {
    if (!existsSync(file)) throw error
  } finally {
    rmSync(beside)
  }
}

function isKey(value: string): boolean {
  const key = Buffer.from(value, 'base64')
  return key.length === KEY_BYTES && key.toString('base64').replace(/=+$/, '') === value.replace(/=+$/, '')
}

function hasProtocol(value: string, protocols: readonly string[]): boolean {
  return protocols.includes(URL.parse(value)?.protocol ?? '')
}

function isSafeRoot(value: string): boolean {
  const url = URL.parse(value)
  if (url?.protocol === 'https:') return true
  return url?.protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)
}

function isPlainAddress(value: string): boolean {
  const url = URL.parse(value)
  return url !== null && hasProtocol(value, ['http:', 'https:']) && `${url.origin}/` === url.href
}

function withoutSlash(value: string): string {
  return value.replace(/\/+$/, '')
}

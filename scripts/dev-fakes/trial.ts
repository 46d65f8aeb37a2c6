import { mkdirSync } from 'node:fs'
import { type CallLog, createCallLog } from './call-log.ts'
import { type Kept, readKept, writeKept } from './kept.ts'
import type { ChannelId } from './people.ts'
import { createProductRun } from './product.ts'
import type { Side } from './side.ts'
import { startTelegramSide } from './telegram-side.ts'
import { startZaloSide } from './zalo-side.ts'

export interface TrialOptions {
  /** Holds the product's database and how far its clock was moved. */
  dataDir: string
  host: string
  port: number
  /** More of the product's settings. */
  settings?: Record<string, string>
  show(text: string): void
  /** The product ended by itself. */
  ended(code: number | null): void
}

/** Both fakes with their people, and the product that talks to them. */
export interface Trial {
  readonly sides: Record<ChannelId, Side>
  readonly log: CallLog
  readonly productAddress: string | undefined
  readonly clockOffsetSeconds: number
  now(): Date
  /** Moves the clock of Zalo and of the product, which starts again for it. */
  moveClock(seconds: number): Promise<void>
  /** Calls `listener` after every change until the returned function is called. */
  watch(listener: () => void): () => void
  stop(): Promise<void>
}

export async function startTrial(options: TrialOptions): Promise<Trial> {
  const { dataDir, host, port } = options
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const listeners = new Set<() => void>()
  const changed = () => {
    for (const listener of listeners) listener()
  }
  let kept = readKept(dataDir)
  const keep = (more: Partial<Kept>) => {
    kept = { ...kept, ...more }
    writeKept(dataDir, kept)
  }
  const now = () => new Date(Date.now() + kept.clockOffsetSeconds * 1_000)
  const log = createCallLog(now, changed)

  // A kept database remembers what it got: numbers go on rising from one start of the fakes to the next.
  const firstId = Math.floor(Date.now() / 1_000)
  const product = createProductRun(options)
  const telegram = await startTelegramSide({ firstId, now, log, changed })
  const zalo = await startZaloSide({
    firstId,
    now,
    tokens: kept.zalo,
    keepTokens: (tokens) => keep({ zalo: tokens }),
    webhookUrl: () => `${product.address ?? `http://127.0.0.1:${port}`}/webhooks/zalo`,
    log,
    changed,
  })

  async function startProduct(): Promise<void> {
    const { appId, appSecret, officialAccountId, officialAccountSecret, refreshToken, ...roots } = zalo.settings
    changed()
    await product.start({
      LOG_LEVEL: 'warn',
      ...options.settings,
      HOST: host,
      PORT: String(port),
      DATA_DIR: dataDir,
      CLOCK_OFFSET_SECONDS: String(kept.clockOffsetSeconds),
      TELEGRAM_BOT_TOKEN: telegram.token,
      TELEGRAM_API_ROOT: telegram.apiRoot,
      ZALO_APP_ID: appId,
      ZALO_APP_SECRET: appSecret,
      ZALO_OA_ID: officialAccountId,
      ZALO_OA_SECRET: officialAccountSecret,
      ZALO_REFRESH_TOKEN: refreshToken,
      ZALO_API_ROOT: roots.apiRoot,
      ZALO_OAUTH_ROOT: roots.oauthRoot,
      ZALO_TEMPLATE_ROOT: roots.templateRoot,
    })
    changed()
  }

  async function stop(): Promise<void> {
    await product.stop()
    await Promise.all([telegram.close(), zalo.close()])
  }

  try {
    await startProduct()
  } catch (error) {
    await stop()
    throw error
  }
  return {
    sides: { telegram, zalo },
    log,
    get productAddress() {
      return product.address
    },
    get clockOffsetSeconds() {
      return kept.clockOffsetSeconds
    },
    now,
    async moveClock(seconds) {
      keep({ clockOffsetSeconds: kept.clockOffsetSeconds + seconds })
      log.add({
        channel: 'product',
        direction: 'set',
        what: `clock +${seconds} s`,
        outcome: 'starts again',
        isGood: true,
      })
      await startProduct()
    },
    watch(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stop,
  }
}

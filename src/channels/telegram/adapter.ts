import { fileTypeFromBuffer } from 'file-type'
import { z } from 'zod'
import type { Clock } from '../../clock.ts'
import type { Capabilities, ChannelAdapter, DeliveryOutcome, FetchedFile } from '../../messaging/channel.ts'
import { type AccountLog, NO_ACCOUNT_LOG } from '../account-log.ts'
import { type BotApi, type BotApiOptions, createBotApi } from './bot-api.ts'
import { deliver, type OpenAttachment, type PlacedFiles, TEXT_MAX } from './deliver.ts'
import { createFloodWatch } from './flood-watch.ts'
import { FLOOD_LIMIT } from './outcome.ts'
import { FILE_MAX_BYTES } from './translate.ts'

const MEGABYTE = 1024 * 1024

const CAPABILITIES: Capabilities = {
  buttons: true,
  textLength: TEXT_MAX,
  // Telegram tells of about 30 a second over all chats; a little below it never meets the limit.
  ratePerSecond: 28,
  burstPerContact: 5,
  // Telegram asks for no more than that in one chat, short bursts aside.
  perSecondPerContact: 1,
  files: {
    'image/jpeg': 10 * MEGABYTE,
    'image/png': 10 * MEGABYTE,
    'image/webp': 10 * MEGABYTE,
    'application/pdf': 10 * MEGABYTE,
  },
  replyWindowHours: null,
}

const fileSchema = z.object({ file_path: z.string().optional() })
const meSchema = z.object({ username: z.string().regex(/^\w{1,64}$/) })

export interface TelegramOptions extends BotApiOptions {
  clock: Clock
  /** What was agreed for the account; undefined: as everybody. */
  ratePerSecond?: number | undefined
  /** For officers' replies with a file. */
  openAttachment?: OpenAttachment
  /** Made once the number of the bot is known. */
  accountLog?: (account: string) => AccountLog
}

export interface TelegramChannel extends ChannelAdapter {
  /** For the webhook and the polling of the same bot. */
  readonly api: BotApi
  readonly accountLog: AccountLog
  /** Asks Telegram what the bot is called; tells whether it said so. */
  learnName(): Promise<boolean>
  /** A link that opens the chat and enters a code; null until the name of the bot is known. */
  startLink(code: string): string | null
  close(): void
}

/** A file could not be fetched now and may be later. */
export class TelegramUnavailable extends Error {
  constructor(reason: string) {
    super(`Telegram gave no file: ${reason}`)
    this.name = 'TelegramUnavailable'
  }
}

export function createTelegram(options: TelegramOptions): TelegramChannel {
  const api = createBotApi(options)
  const now = () => options.clock.now()
  const openAttachment = options.openAttachment ?? (async () => null)
  const accountLog = options.accountLog?.(api.account) ?? NO_ACCOUNT_LOG
  let name: string | null = null
  let isAlarmed = false
  const placed: PlacedFiles = new Map()
  const floods = createFloodWatch()

  async function learnName(): Promise<boolean> {
    const answer = await api.call('getMe', undefined)
    const me = meSchema.safeParse(answer.kind === 'ok' ? answer.result : null)
    if (me.success) name = me.data.username
    return me.success
  }

  function watch(outcome: DeliveryOutcome): DeliveryOutcome {
    if (outcome.kind === 'hold' && outcome.reason !== FLOOD_LIMIT) {
      isAlarmed = true
      accountLog.alarm('send', outcome.reason)
    } else if (outcome.kind === 'refused' && outcome.reason === 'parked') {
      accountLog.alarm('unknown-answer', outcome.detail ?? '')
    } else if (outcome.kind === 'delivered' && isAlarmed) {
      isAlarmed = false
      accountLog.mended('send')
    }
    return outcome
  }

  return {
    id: 'telegram',
    account: api.account,
    capabilities: { ...CAPABILITIES, ratePerSecond: options.ratePerSecond ?? CAPABILITIES.ratePerSecond },
    api,
    accountLog,
    deliver: async (delivery) => {
      const outcome = await deliver(api, delivery, now, openAttachment, placed)
      return watch(floods.judge(delivery.address, outcome, now()))
    },
    fetchFile: (externalId) => fetchFile(api, externalId),
    learnName,
    startLink(code) {
      if (name !== null) return `https://t.me/${name}?start=${code}`
      // The next who asks may have it.
      void learnName()
      return null
    },
    close: () => api.close(),
  }
}

async function fetchFile(api: BotApi, externalId: string): Promise<FetchedFile | null> {
  const answer = await api.call('getFile', { file_id: externalId })
  if (answer.kind === 'error') {
    if (answer.code === 400) return null
    throw new TelegramUnavailable(`answer ${answer.code}`)
  }
  if (answer.kind !== 'ok') throw new TelegramUnavailable(answer.reason)
  const file = fileSchema.safeParse(answer.result)
  if (!file.success || file.data.file_path === undefined) return null

  const download = await api.download(file.data.file_path, FILE_MAX_BYTES)
  if (download.kind === 'failed') throw new TelegramUnavailable(download.reason)
  if (download.kind !== 'content') return null
  // What the sender's phone calls a file is not trusted: the bytes say what it is.
  const type = await fileTypeFromBuffer(download.content)
  return { content: download.content, mediaType: type?.mime ?? 'application/octet-stream' }
}

import { setTimeout as pause } from 'node:timers/promises'
import type { Texts } from '../../i18n.ts'
import type { Logger } from '../../log.ts'
import { type AccountLog, NO_ACCOUNT_LOG } from '../account-log.ts'
import type { BotApi } from './bot-api.ts'
import { announceCommands } from './commands.ts'
import { ALLOWED_UPDATES } from './update-schema.ts'

const PAUSE_AT_FIRST_MS = 5_000
const PAUSE_AT_MOST_MS = 60_000

export interface WebhookRegistration {
  api: BotApi
  publicUrl: string
  secret: string
  texts: Texts
  accountLog?: AccountLog
  log: Pick<Logger, 'info' | 'warn'>
}

/** Tells Telegram where updates go, in the background until it took it. `stop` ends the trying, not the webhook. */
export function registerWebhook(options: WebhookRegistration): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const done = tryUntilTaken(options, stopping.signal)
  return {
    async stop() {
      stopping.abort()
      await done
    },
  }
}

async function tryUntilTaken(options: WebhookRegistration, signal: AbortSignal): Promise<void> {
  const { api, publicUrl, secret, texts, log, accountLog = NO_ACCOUNT_LOG } = options
  let pauseMs = PAUSE_AT_FIRST_MS
  while (!signal.aborted) {
    const answer = await api.call(
      'setWebhook',
      { url: `${publicUrl}/webhooks/telegram`, secret_token: secret, allowed_updates: ALLOWED_UPDATES },
      { signal },
    )
    if (answer.kind === 'ok') {
      log.info({ channel: 'telegram', account: api.account }, 'webhook registered')
      await announceCommands(api, texts)
      accountLog.mended('webhook')
      return
    }
    const why = answer.kind === 'error' ? { code: answer.code, why: answer.description } : { why: answer.reason }
    log.warn({ channel: 'telegram', account: api.account, ...why }, 'webhook not registered, trying again')
    if (answer.kind === 'error') accountLog.alarm('webhook', `answer ${answer.code}: ${answer.description}`)
    const asked = answer.kind === 'error' ? (answer.retryAfterSeconds ?? 0) * 1_000 : 0
    await pause(Math.max(pauseMs, asked), undefined, { signal }).catch(() => {})
    pauseMs = Math.min(pauseMs * 2, PAUSE_AT_MOST_MS)
  }
}

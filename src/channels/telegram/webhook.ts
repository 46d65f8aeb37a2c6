import type { FastifyInstance } from 'fastify'
import type { Texts } from '../../i18n.ts'
import type { Logger } from '../../log.ts'
import type { Receive } from '../../messaging/channel.ts'
import { isSame } from '../../secrets.ts'
import { type AccountLog, NO_ACCOUNT_LOG } from '../account-log.ts'
import { inTime, PATIENCE_MS } from '../in-time.ts'
import { readJson } from '../read-json.ts'
import { acknowledgeTaps } from './acknowledge.ts'
import type { BotApi } from './bot-api.ts'
import { leaveGroups } from './groups.ts'
import { translate } from './translate.ts'
import { telegramUpdateSchema } from './update-schema.ts'

const SECRET_HEADER = 'x-telegram-bot-api-secret-token'
const BODY_MAX_BYTES = 1024 * 1024

export interface WebhookOptions {
  api: BotApi
  /** Undefined: updates come by polling, so that no call here is one of Telegram's. */
  secret: string | undefined
  receive: Receive
  texts: Texts
  accountLog?: AccountLog
  log: Pick<Logger, 'info' | 'warn' | 'error' | 'debug'>
  patienceMs?: number
}

/**
 * `POST /webhooks/telegram`. Answers 200 once the update is stored, or when there is nothing to store: Telegram repeats
 * whatever is answered otherwise.
 */
export async function telegramWebhook(app: FastifyInstance, options: WebhookOptions): Promise<void> {
  const { api, secret, receive, texts, log, accountLog = NO_ACCOUNT_LOG } = options
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_MAX_BYTES }, (_request, body, done) =>
      done(null, body),
    )

    scope.post('/webhooks/telegram', {
      config: { rateLimit: false },
      // Headers for browsers: nobody looks at this answer.
      helmet: false,
      bodyLimit: BODY_MAX_BYTES,
      // Asked before the body is read: a stranger's megabyte is not worth the memory.
      async onRequest(request, reply) {
        const signature = request.headers[SECRET_HEADER]
        if (typeof signature !== 'string') return reply.code(200).send()
        if (secret === undefined || !isSame(signature, secret)) {
          log.warn({ channel: 'telegram', account: api.account }, 'webhook with a wrong secret')
          accountLog.signatureFailed()
          return reply.code(401).send()
        }
      },
      async handler(request, reply) {
        const update = telegramUpdateSchema.safeParse(
          Buffer.isBuffer(request.body) ? readJson(request.body) : undefined,
        )
        if (!update.success) {
          log.warn({ channel: 'telegram', account: api.account }, 'webhook without an update')
          return reply.code(200).send()
        }
        const ours = translate(update.data, api.account)
        if (ours !== null) {
          try {
            await inTime(receive([ours]), options.patienceMs ?? PATIENCE_MS)
          } catch (error) {
            log.error({ err: error, channel: 'telegram' }, 'an update could not be stored')
            return reply.code(503).header('retry-after', '1').send()
          }
        }
        acknowledgeTaps(api, [update.data], log)
        leaveGroups({ api, texts, log }, [update.data])
        return reply.code(200).send()
      },
    })
  })
}

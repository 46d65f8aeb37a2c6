import type { FastifyInstance } from 'fastify'
import type { Clock } from '../../clock.ts'
import type { Sql } from '../../db/client.ts'
import type { Logger } from '../../log.ts'
import type { Receive } from '../../messaging/channel.ts'
import { inTime, PATIENCE_MS } from '../in-time.ts'
import { readJson } from '../read-json.ts'
import { zaloEventSchema } from './event-schema.ts'
import type { Ledger } from './ledger.ts'
import { isSigned, type Signing } from './signature.ts'
import { type Receipt, type Translated, translate } from './translate.ts'

const SIGNATURE_HEADER = 'x-zevent-signature'
const BODY_MAX_BYTES = 1024 * 1024
/** Zalo sends an event again for nearly two hours; anything older was caught on its way by somebody. */
const STALE_MS = 24 * 3_600_000
const EARLY_MS = 15 * 60_000
/** A stranger who tries many signatures must not write to the database with each. */
const FAILURE_NOTED_EVERY_MS = 10_000

export interface WebhookOptions {
  account: string
  signing: Signing
  sql: Sql
  ledger: Pick<
    Ledger,
    'touch' | 'keepPhone' | 'noteReceipt' | 'noteQuota' | 'noteTemplateStatus' | 'raise' | 'contactOf'
  >
  receive: Receive
  /** Messages to this person that wait for their words may go now. */
  release: (address: string) => Promise<void>
  /** Somebody's phone has messages of ours, or showed them; of a template it may not say whose. */
  noteReceipt: (receipt: Receipt) => Promise<void>
  clock: Clock
  log: Pick<Logger, 'warn' | 'error' | 'debug'>
  patienceMs?: number
}

/**
 * `POST /webhooks/zalo`. Answers 200 once the event is stored, or when there is nothing to store: Zalo repeats whatever is
 * answered otherwise, and switches a webhook off that fails for long.
 */
export async function zaloWebhook(app: FastifyInstance, options: WebhookOptions): Promise<void> {
  const { log, clock } = options
  const noteFailure = createFailureNote(options)
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_MAX_BYTES }, (_request, body, done) =>
      done(null, body),
    )

    // The console asks whether there is anything when the address is saved.
    scope.get('/webhooks/zalo', { config: { rateLimit: false }, helmet: false }, async (_request, reply) =>
      reply.code(200).send(),
    )

    scope.post('/webhooks/zalo', {
      config: { rateLimit: false },
      helmet: false,
      bodyLimit: BODY_MAX_BYTES,
      // Test calls of Zalo's console come without; asked before the body is read.
      async onRequest(request, reply) {
        if (typeof request.headers[SIGNATURE_HEADER] !== 'string') return reply.code(200).send()
      },
      async handler(request, reply) {
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        const json = readJson(body)
        const signature = String(request.headers[SIGNATURE_HEADER])
        if (!isSigned(options.signing, signature, body, timestampOf(json))) {
          log.warn({ channel: 'zalo', account: options.account }, 'webhook with a wrong signature')
          noteFailure(clock.now())
          return reply.code(401).send()
        }
        const event = zaloEventSchema.safeParse(json)
        if (!event.success) {
          log.warn({ channel: 'zalo', account: options.account }, 'webhook without an event')
          return reply.code(200).send()
        }
        const ageMs = clock.now().getTime() - Number(event.data.timestamp)
        if (ageMs > STALE_MS || ageMs < -EARLY_MS) {
          log.warn({ channel: 'zalo', event: event.data.event_name }, 'webhook of another time')
          return reply.code(200).send()
        }
        const translated = translate(event.data, options.account)
        try {
          await inTime(take(options, translated), options.patienceMs ?? PATIENCE_MS)
        } catch (error) {
          log.error({ err: error, channel: 'zalo' }, 'an event could not be stored')
          return reply.code(503).header('retry-after', '1').send()
        }
        return reply.code(200).send()
      },
    })
  })
}

/**
 * The window is noted before the words are stored, so that the answer to them never finds it closed. Each part may
 * happen again when Zalo repeats the event.
 */
async function take(options: WebhookOptions, translated: Translated): Promise<void> {
  const { ledger, receive, release, clock, log } = options
  const { updates, interaction, receipt, phone, news } = translated
  if (interaction !== null) {
    await ledger.touch(interaction.address, interaction.at)
    await release(interaction.address)
  }
  if (updates.length > 0) await receive(updates)
  if (phone !== null) await ledger.keepPhone(phone.address, phone.phone)
  if (receipt !== null) {
    await ledger.noteReceipt(receipt)
    await options.noteReceipt(receipt)
  }
  if (news?.kind === 'quota') await ledger.noteQuota(news.name, null, news.value, clock.now())
  if (news?.kind === 'template') {
    await ledger.noteTemplateStatus(news.templateId, news.status)
    if (news.status !== 'ENABLE') {
      await ledger.raise({ code: `template ${news.templateId}`, detail: news.status }, clock.now())
    }
  }
  if (news?.kind === 'withdrawn') {
    const contactId = news.address === null ? null : await ledger.contactOf(news.address)
    log.warn({ channel: 'zalo', contactId }, 'somebody withdrew their consent at Zalo')
    // One alarm for each of them: a second must not hide the first.
    const code = contactId === null ? 'user_withdraw' : `user_withdraw ${contactId}`
    await ledger.raise({ code, detail: 'somebody withdrew their consent at Zalo' }, clock.now())
  }
}

function createFailureNote({ sql, account, log }: WebhookOptions): (at: Date) => void {
  let notedAt = Number.NEGATIVE_INFINITY
  return (at) => {
    if (performance.now() - notedAt < FAILURE_NOTED_EVERY_MS) return
    notedAt = performance.now()
    void sql`
      insert into signature_failures (channel, account, last_at) values ('zalo', ${account}, ${at})
      on conflict (channel, account) do update set last_at = excluded.last_at`.catch((error: unknown) =>
      log.warn({ err: error, channel: 'zalo' }, 'a wrong signature was not noted'),
    )
  }
}

/** Part of what is signed, as it stands in the body. */
function timestampOf(json: unknown): string {
  if (typeof json !== 'object' || json === null || !('timestamp' in json)) return ''
  const { timestamp } = json
  return typeof timestamp === 'string' || typeof timestamp === 'number' ? String(timestamp) : ''
}

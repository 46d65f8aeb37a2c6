/**
 * The web chat: the page, what it sends, and the stream of what it gets. Everything said is stored by `receive` before
 * it is acknowledged, and a repeat with the same `id` after a broken line has no effect.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { serializerCompiler } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { openAttachment } from '../../attachments/open-attachment.ts'
import { servedHeaders } from '../../attachments/served.ts'
import type { AttachmentStore } from '../../attachments/store.ts'
import { FILE_MAX_BYTES, type UploadType, uploadTypeOf } from '../../attachments/upload-type.ts'
import type { Clock } from '../../clock.ts'
import type { Sql } from '../../db/client.ts'
import type { Texts } from '../../i18n.ts'
import { newId } from '../../ids.ts'
import type { Logger } from '../../log.ts'
import type { FetchedFile, Receive } from '../../messaging/channel.ts'
import type { UpdateBody } from '../../messaging/update.ts'
import type { Secrets } from '../../secrets.ts'
import { ACCOUNT, callerOf, giveAddress, isFromOurPage, talkKey } from './address.ts'
import { readCursor } from './cursor.ts'
import { attachmentSchema, described, fileQuerySchema, streamQuerySchema } from './described.ts'
import { createStreamLimits, createUploadLimits, WEB_LIMITS, type WebLimits } from './limits.ts'
import { createNotices, notifyTalk } from './notices.ts'
import { openStream } from './open-stream.ts'
import { createPage } from './page.ts'
import { sendProblem } from './problem.ts'
import { faultsOf, isTextTooLong, saidSchema } from './said.ts'
import { findContact, type WebContact } from './talk.ts'
import { storeUpload } from './upload.ts'

export interface WebChatOptions {
  sql: Sql
  secrets: Secrets
  store: AttachmentStore
  receive: Receive
  clock: Clock
  texts: Texts
  log: Pick<Logger, 'warn' | 'error'>
  /** Gives the address of a file under `chat/`; the server serves `public/` there. */
  assets: { url(path: string): string }
  /** Where the world reaches us; undefined while only this machine does. */
  publicUrl: string | undefined
  /** Those that differ from the usual ones. */
  limits?: Partial<WebLimits>
}

/** Twenty thousand characters, each written as an escape. */
const BODY_MAX_BYTES = 256 * 1024

/** From one address. A person has a handful of papers; each costs memory and room for good. */
const UPLOADS = { rateLimit: { max: 20, timeWindow: 60_000 } }

const pageQuerySchema = z.object({ kiosk: z.string().optional(), lang: z.enum(['vi', 'en']).catch('vi').optional() })

export async function webChatRoutes(app: FastifyInstance, options: WebChatOptions): Promise<void> {
  const { sql, secrets, texts, log, publicUrl } = options
  const secure = publicUrl?.startsWith('https:') === true
  const page = createPage(texts, options.assets)
  const notices = createNotices(sql, log)
  const limits = { ...WEB_LIMITS, ...options.limits }
  const streams = { notices, limits: createStreamLimits(limits) }
  const uploads = createUploadLimits(limits, () => options.clock.now())
  const closing = new AbortController()

  await app.register(async (scope) => {
    // Only what a page of ours sends is read; a form of another site would come in one of the types removed here.
    scope.removeAllContentTypeParsers()
    // The schemas describe; each call reads what came by itself, to answer in words for a person.
    scope.setValidatorCompiler(() => () => true)
    scope.setSerializerCompiler(serializerCompiler)
    scope.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
      done(null, readJson(String(body))),
    )
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    scope.setErrorHandler(async (error: Error & { code?: string; statusCode?: number }, request, reply) => {
      if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
        const key = request.routeOptions.url?.endsWith('/files') ? 'fileTooLarge' : 'textTooLong'
        return sendProblem(request, reply, texts, { status: 413, key })
      }
      if (error.statusCode === 429) return sendProblem(request, reply, texts, { status: 429, key: 'tooManyCalls' })
      throw error
    })
    scope.addHook('preClose', async () => closing.abort())
    scope.addHook('onClose', async () => notices.close())

    scope.get('/chat', { schema: { hide: true } }, async (request, reply) => {
      const { kiosk, lang } = pageQuerySchema.parse(request.query)
      const isKiosk = kiosk === '1'
      // Whoever opens the page on a shared screen begins anew, also after somebody who left without a word.
      if (isKiosk || callerOf(request, secrets).kind !== 'known')
        giveAddress(reply, { secrets, secure, forSession: isKiosk })
      reply.header('cache-control', 'no-store').type('text/html; charset=utf-8')
      return reply.send(page(lang ?? 'vi', isKiosk))
    })

    scope.post(
      '/api/v1/chat/messages',
      { bodyLimit: BODY_MAX_BYTES, schema: described.messages },
      async (request, reply) => {
        const address = admit(request, reply)
        if (address === null) return reply
        if (!isJson(request)) return sendProblem(request, reply, texts, { status: 415, key: 'json' })
        const parsed = saidSchema.safeParse(request.body)
        if (!parsed.success) {
          const key = isTextTooLong(parsed.error) ? 'textTooLong' : 'message'
          return sendProblem(request, reply, texts, { status: 422, key, faults: faultsOf(parsed.error) })
        }
        return take(request, reply, address, parsed.data.id, parsed.data.body)
      },
    )

    const upload = { bodyLimit: FILE_MAX_BYTES, config: UPLOADS, schema: described.files, onRequest: admitUpload }
    scope.post('/api/v1/chat/files', upload, async (request, reply) => {
      const address = admit(request, reply)
      if (address === null) return reply
      const query = fileQuerySchema.safeParse(request.query)
      if (!query.success) {
        return sendProblem(request, reply, texts, { status: 422, key: 'message', faults: faultsOf(query.error) })
      }
      const content = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const mediaType = await uploadTypeOf(content)
      if (mediaType === null) return sendProblem(request, reply, texts, { status: 415, key: 'fileType' })

      const id = query.data.id ?? newId()
      const attachmentId = await stored(address, () => storeFile(address, id, content, mediaType))
      if (attachmentId === null) return unavailable(request, reply)
      const file = {
        media: mediaType === 'application/pdf' ? ('document' as const) : ('photo' as const),
        externalId: null,
        attachmentId,
        mediaType,
        sizeBytes: content.length,
        name: query.data.name ?? null,
        caption: query.data.caption ?? null,
      }
      return take(request, reply, address, id, { kind: 'file', file })
    })

    scope.get('/api/v1/chat/stream', { schema: described.stream }, async (request, reply) => {
      const address = admit(request, reply)
      if (address === null) return reply
      const query = streamQuerySchema.safeParse(request.query)
      const asked = request.headers['last-event-id'] ?? (query.success ? query.data.after : undefined)
      const body = openStream(options, streams, {
        address,
        from: request.ip,
        cursor: readCursor(typeof asked === 'string' ? asked : undefined),
        gone: (listener) => reply.raw.on('close', listener),
        closing: closing.signal,
      })
      return (
        reply
          .type('text/event-stream; charset=utf-8')
          .header('cache-control', 'no-store')
          // A proxy that collects the stream would hold every answer back.
          .header('x-accel-buffering', 'no')
          .send(body)
      )
    })

    scope.get('/api/v1/chat/attachments/:id', { schema: described.attachment }, async (request, reply) => {
      const address = admit(request, reply)
      if (address === null) return reply
      const { success, data } = attachmentSchema.safeParse(request.params)
      const contact = success ? await findContact(options, address) : null
      const file = success && contact !== null ? await openOwn(contact, data.id) : null
      if (file === null) return sendProblem(request, reply, texts, { status: 404, key: 'noFile' })
      return reply.headers(servedHeaders('cau-noi', file.mediaType, { pdfInline: false })).send(file.content)
    })

    scope.post('/api/v1/chat/end', { schema: described.end }, async (request, reply) => {
      const address = admit(request, reply)
      if (address === null) return reply
      // Nobody can open this talk again, so nothing may be sent to it.
      await options.receive([updateOf(address, newId(), { kind: 'left' })]).catch(() => {})
      giveAddress(reply, { secrets, secure, forSession: true })
      return reply.code(204).send()
    })
  })

  /** Before the body is read. */
  async function admitUpload(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    const caller = callerOf(request, secrets)
    // Without a cookie of ours only the address tells who it is.
    const talk = caller.kind === 'known' ? talkKey(secrets, caller.address) : request.ip
    const bytes = Math.min(Number(request.headers['content-length'] ?? FILE_MAX_BYTES), FILE_MAX_BYTES)
    const entry = uploads.enter({ talk, address: request.ip }, bytes)
    if (entry.kind === 'in') {
      reply.raw.once('close', entry.leave)
      return undefined
    }
    reply.header('retry-after', String(entry.seconds))
    return sendProblem(request, reply, texts, { status: 429, key: 'tooManyFiles' })
  }

  /** The caller's address; a newcomer gets one. Null when the call was refused, with the answer on its way. */
  function admit(request: FastifyRequest, reply: FastifyReply): string | null {
    reply.header('cache-control', 'no-store')
    if (request.method !== 'GET' && !isFromOurPage(request, publicUrl)) {
      sendProblem(request, reply, texts, { status: 403, key: 'otherSite' })
      return null
    }
    const caller = callerOf(request, secrets)
    if (caller.kind === 'known') return caller.address
    if (caller.kind === 'newcomer') return giveAddress(reply, { secrets, secure })
    sendProblem(request, reply, texts, { status: 401, key: 'cookie' })
    return null
  }

  async function take(
    request: FastifyRequest,
    reply: FastifyReply,
    address: string,
    id: string,
    body: UpdateBody,
  ): Promise<FastifyReply> {
    const isStored = await stored(address, async () => {
      await options.receive([updateOf(address, id, body)])
      return true
    })
    if (isStored === null) return unavailable(request, reply)
    void notifyTalk(sql, talkKey(secrets, address))
    return reply.code(202).send({ id })
  }

  async function storeFile(
    address: string,
    id: string,
    content: Uint8Array,
    mediaType: UploadType,
  ): Promise<string | null> {
    let contact = await findContact(options, address)
    if (contact === null) {
      // A file may be the first thing that somebody sends; their key has to exist before it can be sealed.
      await options.receive([updateOf(address, `${id}.start`.slice(-64), { kind: 'start', payload: null })])
      contact = await findContact(options, address)
    }
    if (contact === null) return null
    return storeUpload(options, contact, { externalId: externalIdOf(address, id), content, mediaType })
  }

  function updateOf(address: string, id: string, body: UpdateBody) {
    const externalId = externalIdOf(address, id)
    return { channel: 'web', account: ACCOUNT, address, externalId, body, messageId: id, quotedMessageId: null }
  }

  /** One browser cannot take the id of another's message. */
  function externalIdOf(address: string, id: string): string {
    return `${talkKey(secrets, address)}:${id}`
  }

  async function stored<Result>(address: string, work: () => Promise<Result>): Promise<Result | null> {
    try {
      return await work()
    } catch (error) {
      log.error({ err: error, channel: 'web', talk: talkKey(secrets, address) }, 'an update could not be stored')
      return null
    }
  }

  function unavailable(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    reply.header('retry-after', '2')
    return sendProblem(request, reply, texts, { status: 503, key: 'unavailable' })
  }

  async function openOwn(contact: WebContact, id: string): Promise<FetchedFile | null> {
    if (contact.sealedKey === null) return null
    // Whoever is joined with other chats may get here what lies there.
    const [own] = await sql`
      select 1 from attachments a join contacts c on c.id = a.contact_id join contacts me on me.id = ${contact.id}
      where a.id = ${id} and (c.id = me.id or c.person_id = me.person_id)
      union all select 1 from office_files where id = ${id}`
    return own === undefined ? null : openAttachment(options, id)
  }
}

function isJson(request: FastifyRequest): boolean {
  return request.headers['content-type']?.toLowerCase().startsWith('application/json') === true
}

/** What is no JSON is refused by the schema, with the same words as any other body that cannot be used. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

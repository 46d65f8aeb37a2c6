import { z } from 'zod'
import type { Delivery, DeliveryOutcome, FetchedFile, SendCost } from '../../messaging/channel.ts'
import { FILE_NOT_CARRIED, isCarried } from '../../messaging/file-limits.ts'
import type { Action, Message } from '../../messaging/message.ts'
import { standingAt } from '../../messaging/reply-window.ts'
import { splitComposed } from '../../messaging/split-text.ts'
import { after, classOf, judge } from './errors.ts'
import { type KnownPerson, type Ledger, ZALO_WINDOW } from './ledger.ts'
import { type NoticeValues, notify } from './notices.ts'
import { payloadOf } from './translate.ts'
import { type Uploads, ZALO_FILES } from './uploads.ts'
import type { Failure, Family, ZaloAnswer } from './zalo-api.ts'

/** Reads a file of ours that goes with a message; null when it is gone. */
export type OpenAttachment = (attachmentId: string) => Promise<FetchedFile | null>

export interface DeliverServices {
  ledger: Ledger
  uploads: Uploads
  /** A call with a token that Zalo takes; null while there is none. */
  post(family: Family, path: string, body: unknown): Promise<ZaloAnswer | null>
  openAttachment: OpenAttachment
  /** What a template may say about a person's open ticket; null when there is none. */
  noticeValues(contactId: string): Promise<NoticeValues | null>
  /** A picture for Zalo's form; without one the person types the number. */
  contactImageUrl: string | undefined
  /** Until when bulk of a tariff is not even tried: Zalo said that its quota is used up. */
  usedUp: Partial<Record<SendCost['tariff'], Date>>
  now(): Date
}

const CONSULTATION = '/v3.0/oa/message/cs'
/** Characters that Zalo takes in one message; it refuses a longer one. */
export const TEXT_MAX = 2_000
const BUTTON_TITLE_MAX = 100
const FORM_TITLE_MAX = 100
const FORM_SUBTITLE_MAX = 500
/** How often a message that waits for its person looks whether a template may go; their words wake it at once. */
const WAIT_MS = 24 * 3_600_000
const TOKEN_PAUSE_SECONDS = 3

/** The largest that the database counts. */
const COUNT_MAX = 2 ** 31 - 1

const sentSchema = z.object({
  message_id: z.string().optional(),
  quota: z
    .object({ remain: z.coerce.number().int().min(0).max(COUNT_MAX).optional(), quota_type: z.string().optional() })
    .optional()
    .catch(undefined),
})

const userQuotaSchema = z.object({
  last_interaction: z.coerce.number().int().positive().optional().catch(undefined),
  cs_reply: z
    .object({ remain: z.coerce.number().int().min(0).max(COUNT_MAX) })
    .optional()
    .catch(undefined),
})

/** Something that Zalo takes as one message. */
type Part =
  | { text: string; actions: readonly Action[] }
  | { file: FetchedFile; text: string; actions: readonly Action[] }

/** Sends one message, or says why it waits, in which other way the person was called, or who has to do what. */
export async function deliver(services: DeliverServices, delivery: Delivery): Promise<DeliveryOutcome> {
  const before = delivery.partsSent ?? 0
  const { address } = delivery
  if (!/^[\w-]{1,64}$/.test(address)) return { kind: 'refused', reason: 'bad-address' }
  const parts = await partsOf(services, delivery)
  if ('kind' in parts) return withParts(parts, before)
  const isFileLeft = delivery.message.attachmentId !== null && !parts.some((part) => 'file' in part)
  // Of a message to many, half would be worth nothing.
  if (isFileLeft && delivery.sendClass === 'bulk') return { kind: 'refused', reason: 'bad-message' }
  if (isFileLeft && parts.length <= before) return fileLeft(parts.length)
  if (parts.length === 0) return { kind: 'refused', reason: 'bad-message' }

  const person = (await services.ledger.personOf(address)) ?? (await learn(services, address))
  const standing = standingAt(ZALO_WINDOW, person, services.now())
  if (standing.kind === 'template' || standing.kind === 'closed') {
    return withParts(await waitForPerson(services, delivery, person), before)
  }

  const cost: SendCost | null =
    delivery.sendClass !== 'bulk' || standing.kind === 'unknown' ? null : { tariff: standing.kind, price: null }
  const wait = waitForQuota(services, cost?.tariff)
  if (wait !== null) return withParts(wait, before)

  let externalId: string | null = null
  for (const [index, part] of parts.entries()) {
    if (index < before) continue
    const answer = await sendPart(services, address, part)
    if (answer === null) return withParts(noToken(services), index)
    if (answer.kind !== 'ok') return withParts(await conclude(services, delivery, answer, cost?.tariff), index)
    const paidAddress = standing.kind === 'paid' ? address : null
    externalId = (await noteSent(services, answer.data, paidAddress)) ?? externalId
  }
  await offerForm(services, address, delivery.message)
  if (isFileLeft) return fileLeft(parts.length)
  return { kind: 'delivered', externalId, sends: Math.max(1, parts.length - before), ...(cost && { cost }) }
}

/** The words have left and the file cannot: somebody has to bring it another way. */
function fileLeft(partsSent: number): DeliveryOutcome {
  return { kind: 'refused', reason: 'parked', detail: FILE_NOT_CARRIED, partsSent }
}

/** What Zalo takes as one message each, without a file that it does not carry; an outcome when the file cannot be read. */
async function partsOf(services: DeliverServices, { message }: Delivery): Promise<Part[] | DeliveryOutcome> {
  const parts: Part[] = splitComposed(message.text, TEXT_MAX).map((text) => ({ text, actions: [] }))
  if (message.attachmentId !== null) {
    const file = await openFile(services, message.attachmentId)
    if ('kind' in file) return file
    if (isCarried(ZALO_FILES, file)) {
      // A picture carries its words; a document cannot.
      const isPicture = file.mediaType.startsWith('image/')
      const caption = isPicture && parts.length === 1 ? parts.shift() : undefined
      parts.unshift({ file, text: caption?.text ?? '', actions: [] })
    }
  }
  const last = parts.at(-1)
  if (last !== undefined) last.actions = message.actions
  return parts
}

/** What has left already is not sent again. */
function withParts(outcome: DeliveryOutcome, partsSent: number): DeliveryOutcome {
  return outcome.kind === 'delivered' || outcome.kind === 'refused' || partsSent === 0
    ? outcome
    : { ...outcome, partsSent }
}

/** Keeps what the answer says of counted messages, to one person too where the message was counted; returns its id. */
async function noteSent(
  { ledger, now }: DeliverServices,
  data: unknown,
  paidAddress: string | null,
): Promise<string | null> {
  const sent = sentSchema.safeParse(data).data
  const remaining = sent?.quota?.remain
  if (remaining !== undefined) {
    await ledger.noteQuota(sent?.quota?.quota_type ?? 'talk', remaining, null, now())
    if (paidAddress !== null) await ledger.notePaidRemaining(paidAddress, remaining)
  }
  return sent?.message_id ?? null
}

/** Zalo's own form beside the question. Whether it comes or not, the number may be typed: nothing hangs on it. */
async function offerForm({ post, contactImageUrl }: DeliverServices, address: string, { asks, text }: Message) {
  if (asks?.kind !== 'phone' || contactImageUrl === undefined) return
  const element = {
    title: [...asks.label].slice(0, FORM_TITLE_MAX).join(''),
    subtitle: [...text].slice(0, FORM_SUBTITLE_MAX).join(''),
    image_url: contactImageUrl,
  }
  const payload = { template_type: 'request_user_info', elements: [element] }
  const message = { attachment: { type: 'template', payload } }
  await post('account', CONSULTATION, { recipient: { user_id: address }, message })
}

async function sendPart(services: DeliverServices, address: string, part: Part): Promise<ZaloAnswer | null> {
  const send = (message: unknown) =>
    services.post('account', CONSULTATION, { recipient: { user_id: address }, message })
  if ('file' in part) return sendFile(services, part, send)
  const answer = await send(textMessage(part.text, part.actions))
  // A small package takes words and no buttons: everything can be answered by its number too.
  if (part.actions.length === 0 || answer?.kind !== 'error') return answer
  const found = classOf(answer)
  if (found.kind !== 'route' || found.to !== 'plain-text') return answer
  let plain: ZaloAnswer | null = answer
  // With its numbered lines it may be too long for one message.
  for (const text of splitComposed(numbered(part), TEXT_MAX)) {
    plain = await send({ text })
    if (plain?.kind !== 'ok') break
  }
  return plain
}

async function sendFile(
  { uploads }: DeliverServices,
  part: Extract<Part, { file: FetchedFile }>,
  send: (message: unknown) => Promise<ZaloAnswer | null>,
): Promise<ZaloAnswer | null> {
  for (const isLast of [false, true]) {
    const placed = await uploads.place(part.file)
    if (placed.kind === 'not-carried') {
      return {
        kind: 'error',
        family: 'account',
        code: -201,
        message: 'a file that Zalo does not carry',
        retryAfterSeconds: null,
      }
    }
    // Nothing reached the person yet, so that an upload of unknown outcome is simply made again.
    if (placed.kind === 'failed') {
      const { failure } = placed
      return failure.kind === 'broken' ? { kind: 'not-sent', reason: failure.reason } : failure
    }
    const buttons = part.actions.length === 0 ? {} : { buttons: part.actions.map(button) }
    const message =
      placed.as === 'file'
        ? { attachment: { type: 'file', payload: { token: placed.externalId, ...buttons } } }
        : {
            ...(part.text === '' ? {} : { text: part.text }),
            attachment: {
              type: 'template',
              payload: {
                template_type: 'media',
                elements: [
                  {
                    media_type: placed.as,
                    attachment_id: placed.externalId,
                    ...(placed.as === 'gif' && { width: 400, height: 400 }),
                  },
                ],
                ...buttons,
              },
            },
          }
    const answer = await send(message)
    const found = answer?.kind === 'error' ? classOf(answer) : null
    if (isLast || found?.kind !== 'route' || found.to !== 'upload') return answer
    await uploads.drop(part.file)
  }
  return null
}

function textMessage(text: string, actions: readonly Action[]) {
  if (actions.length === 0) return { text }
  return { text, attachment: { type: 'template', payload: { buttons: actions.map(button) } } }
}

/** Not shown when tapped: the person would see an id that means nothing to them. */
function button({ id, label }: Action) {
  return { title: [...label].slice(0, BUTTON_TITLE_MAX).join(''), type: 'oa.query.hide', payload: payloadOf(id) }
}

function numbered({ text, actions }: { text: string; actions: readonly Action[] }): string {
  return [text, '', ...actions.map(({ label }, index) => `${index + 1}. ${label}`)].join('\n')
}

/** Asks Zalo about somebody of whom we heard nothing since the ledger began. Null: Zalo does not say either. */
async function learn({ ledger, post }: DeliverServices, address: string): Promise<KnownPerson | null> {
  const answer = await post('account', '/v3.0/oa/quota/message', { user_id: address })
  const told = answer?.kind === 'ok' ? userQuotaSchema.safeParse(answer.data).data : undefined
  if (told?.last_interaction === undefined) return null
  await ledger.learn(address, new Date(told.last_interaction), told.cs_reply?.remain ?? null)
  return ledger.personOf(address)
}

/**
 * Talk waits until the person writes, and a template tells them that it does. Bulk is not worth waiting for: it goes as
 * its own template or not at all.
 */
async function waitForPerson(
  services: DeliverServices,
  delivery: Delivery,
  person: KnownPerson | null,
): Promise<DeliveryOutcome> {
  const { ledger } = services
  const { address, contactId } = delivery
  if (delivery.sendClass === 'bulk') return sendAsTemplate(services, delivery, person)
  const now = services.now()
  const wait: DeliveryOutcome = { kind: 'wait', until: new Date(now.getTime() + WAIT_MS), reason: 'outside-window' }
  const values = person === null || person.isCalled ? null : await services.noticeValues(contactId)
  if (person === null || values === null) return wait
  let hasToken = true
  const post = async (family: Family, path: string, body: unknown): Promise<ZaloAnswer> => {
    const answer = await services.post(family, path, body)
    hasToken = answer !== null
    return answer ?? { kind: 'not-sent', reason: 'no token' }
  }
  const byUid = standingAt(ZALO_WINDOW, person, now).kind === 'template'
  const notified = await notify({ ledger, post }, { address, person, byUid }, 'answer-waits', values, now)
  if (!hasToken) return noToken(services)
  if (notified.kind !== 'no-way' || notified.failure === null) return wait
  const { outcome, alarm } = judge(notified.failure, now)
  if (alarm !== null) await ledger.raise(alarm, now)
  // At night, or while Zalo is away, the template goes later; in any other case the person's own words are waited for.
  if (outcome.kind === 'wait') return { ...wait, until: outcome.until }
  return outcome.kind === 'retry' ? { ...wait, until: outcome.notBefore } : wait
}

/** Bulk in the form that Zalo approved. It is never tried by phone number: that goes to whoever holds the number today. */
async function sendAsTemplate(
  services: DeliverServices,
  { address, template }: Delivery,
  person: KnownPerson | null,
): Promise<DeliveryOutcome> {
  const isAllowed = person !== null && standingAt(ZALO_WINDOW, person, services.now()).kind === 'template'
  if (!template || !isAllowed) return { kind: 'refused', reason: 'outside-window' }
  const wait = waitForQuota(services, 'template')
  if (wait !== null) return wait
  const body = { user_id: address, template_id: template.id, template_data: template.params }
  const answer = await services.post('account', '/v3.0/oa/message/template', body)
  if (answer === null) return noToken(services)
  if (answer.kind !== 'ok') return concludeBulk(services, answer, 'template')
  const price = await services.ledger.priceByUid(template.id)
  return {
    kind: 'delivered',
    externalId: await noteSent(services, answer.data, null),
    cost: { tariff: 'template', price },
  }
}

function waitForQuota({ usedUp, now }: DeliverServices, tariff?: SendCost['tariff']): DeliveryOutcome | null {
  const until = tariff === undefined ? undefined : usedUp[tariff]
  return until !== undefined && until > now() ? { kind: 'wait', until, reason: 'quota used up' } : null
}

async function concludeBulk(
  { ledger, now, usedUp }: DeliverServices,
  failure: Failure,
  tariff: SendCost['tariff'] | undefined,
): Promise<DeliveryOutcome> {
  const { outcome, alarm } = judge(failure, now())
  if (alarm !== null) await ledger.raise(alarm, now())
  // An alarm about somebody who has to wait is one about all of them.
  if (outcome.kind === 'wait' && alarm !== null && tariff !== undefined) usedUp[tariff] = outcome.until
  return outcome
}

async function conclude(
  services: DeliverServices,
  delivery: Delivery,
  failure: Failure,
  tariff: SendCost['tariff'] | undefined,
): Promise<DeliveryOutcome> {
  const { ledger } = services
  const now = services.now()
  const found = failure.kind === 'error' ? classOf(failure) : null
  if (found?.kind === 'route' && found.to === 'template') {
    // Zalo knows better than our ledger.
    await ledger.close(delivery.address, now)
    return waitForPerson(services, delivery, await ledger.personOf(delivery.address))
  }
  if (delivery.sendClass === 'bulk') return concludeBulk(services, failure, tariff)
  const { outcome, alarm } = judge(failure, now)
  if (alarm !== null) await ledger.raise(alarm, now)
  return outcome
}

function noToken({ now }: DeliverServices): DeliveryOutcome {
  return { kind: 'hold', until: after(now(), TOKEN_PAUSE_SECONDS), reason: 'no token' }
}

async function openFile(
  { openAttachment, now }: DeliverServices,
  attachmentId: string,
): Promise<FetchedFile | DeliveryOutcome> {
  try {
    return (await openAttachment(attachmentId)) ?? { kind: 'refused', reason: 'bad-message' }
  } catch {
    return { kind: 'retry', notBefore: after(now(), 2), reason: 'attachment not read' }
  }
}

import { z } from 'zod'
import type { Delivery, DeliveryOutcome, FetchedFile } from '../../messaging/channel.ts'
import type { Message } from '../../messaging/message.ts'
import { splitText } from '../../messaging/split-text.ts'
import type { BotAnswer, BotApi, UploadedFile } from './bot-api.ts'
import { outcomeOf } from './outcome.ts'

/** Characters that Telegram takes in one message. */
export const TEXT_MAX = 4_096
const CAPTION_MAX = 1024
const sentSchema = z.object({ message_id: z.number() })

/** Reads a file of ours that goes with a message; null when it is gone. */
export type OpenAttachment = (attachmentId: string) => Promise<FetchedFile | null>

/** What Telegram shows as a picture; anything else arrives as a file, untouched. */
const PICTURES = ['image/jpeg', 'image/png', 'image/webp']
const PICTURE_MAX_BYTES = 10 * 1024 * 1024
/** A picture that is too narrow, too large or broken, in Telegram's eyes. */
const NO_PICTURE = /photo_invalid|photo_save|photo dimensions|image_process|wrong type of the web page content/i

/**
 * Sends one message. What takes several of Telegram's messages (a long text, a file whose words are too long for under
 * it) goes on with the part that failed, when it is sent again.
 */
export async function deliver(
  api: BotApi,
  { address, message, partsSent = 0 }: Delivery,
  now: () => Date,
  openAttachment: OpenAttachment,
): Promise<DeliveryOutcome> {
  const chat_id = chatOf(address)
  if (chat_id === null) return { kind: 'refused', reason: 'bad-address' }
  let file: UploadedFile | null = null
  if (message.attachmentId !== null) {
    const opened = await open(message.attachmentId, openAttachment, now)
    if ('kind' in opened) return opened
    file = opened
  }

  const isCaption = file !== null && message.text.length <= CAPTION_MAX
  const parts = isCaption ? [] : splitText(message.text, TEXT_MAX)
  if (file === null && parts.length === 0) return { kind: 'refused', reason: 'bad-message' }
  const buttons = buttonsUnder(message)

  const sends = parts.map((text, index) => () => {
    // A preview of a linked page costs the person data and pushes the buttons off the screen.
    const shown = { chat_id, text, link_preview_options: { is_disabled: true } }
    return api.call('sendMessage', index === parts.length - 1 ? { ...shown, ...buttons } : shown)
  })
  if (file !== null) {
    const caption = isCaption ? { caption: message.text, ...buttons } : {}
    const picture = file
    sends.unshift(() => sendFile(api, { chat_id, ...caption }, picture))
  }

  const first = Math.min(partsSent, sends.length - 1)
  let answer: BotAnswer | null = null
  for (const [index, send] of sends.entries()) {
    if (index < first) continue
    answer = await send()
    if (answer.kind !== 'ok') return withParts(outcomeOf(answer, now()), index)
  }
  const sent = sentSchema.safeParse(answer?.kind === 'ok' ? answer.result : null)
  const externalId = sent.success ? String(sent.data.message_id) : null
  return { kind: 'delivered', externalId, sends: sends.length - first }
}

function withParts(outcome: DeliveryOutcome, partsSent: number): DeliveryOutcome {
  return partsSent === 0 || outcome.kind === 'refused' || outcome.kind === 'delivered'
    ? outcome
    : { ...outcome, partsSent }
}

function chatOf(address: string): number | null {
  const chat = Number(address)
  return Number.isSafeInteger(chat) && chat !== 0 ? chat : null
}

/**
 * One button per row: labels are whole phrases, and a phone is narrow. The phone's own number can only be asked for by
 * buttons in the place of the keyboard; there a choice is sent as its words. They go with the next message without any.
 */
function buttonsUnder({ actions, asks }: Message) {
  if (asks?.kind === 'phone') {
    const keyboard = [
      [{ text: asks.label, request_contact: true as const }],
      ...actions.map(({ label }) => [{ text: label }]),
    ]
    return { reply_markup: { keyboard, resize_keyboard: true, one_time_keyboard: true } }
  }
  if (actions.length === 0) return { reply_markup: { remove_keyboard: true as const } }
  const inline_keyboard = actions.map(({ id, label }) => [{ text: label, callback_data: id }])
  return { reply_markup: { inline_keyboard } }
}

async function sendFile(
  api: BotApi,
  shown: { chat_id: number; caption?: string } & Partial<ReturnType<typeof buttonsUnder>>,
  file: UploadedFile,
): Promise<BotAnswer> {
  if (PICTURES.includes(file.mediaType) && file.content.length <= PICTURE_MAX_BYTES) {
    const answer = await api.call('sendPhoto', { photo: 'attach://file', ...shown }, { file })
    const isNoPicture = answer.kind === 'error' && answer.code === 400 && NO_PICTURE.test(answer.description)
    if (!isNoPicture) return answer
  }
  return api.call('sendDocument', { document: 'attach://file', ...shown }, { file })
}

const ENDINGS: Record<string, string> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'image/heic': 'heic',
  'application/pdf': 'pdf',
  'text/plain': 'txt',
  'application/json': 'json',
  'audio/ogg': 'ogg',
}

async function open(
  attachmentId: string,
  openAttachment: OpenAttachment,
  now: () => Date,
): Promise<UploadedFile | DeliveryOutcome> {
  try {
    const found = await openAttachment(attachmentId)
    if (found === null) return { kind: 'refused', reason: 'bad-message' }
    // A name of our own: whatever the sender called it may tell about them, or pretend to be something else.
    const { content, mediaType } = found
    return { content, mediaType, name: `cau-noi.${ENDINGS[mediaType.split(';')[0] ?? ''] ?? 'bin'}` }
  } catch {
    return outcomeOf({ kind: 'not-sent', reason: 'attachment not read' }, now())
  }
}

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

/** A file that Telegram has already. */
export interface PlacedFile {
  as: 'photo' | 'document'
  fileId: string
}
/** By our id of the file. */
export type PlacedFiles = Map<string, PlacedFile>
const PLACED_MAX = 20
const fileId = z.object({ file_id: z.string() })
const placedSchema = z.object({
  photo: z.array(fileId).optional().catch(undefined),
  document: fileId.optional().catch(undefined),
})

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
  { address, message, partsSent = 0, sendClass }: Delivery,
  now: () => Date,
  openAttachment: OpenAttachment,
  placed: PlacedFiles = new Map(),
): Promise<DeliveryOutcome> {
  const chat_id = chatOf(address)
  if (chat_id === null) return { kind: 'refused', reason: 'bad-address' }
  // What goes to many is uploaded once.
  const isShared = sendClass === 'bulk'
  let file: UploadedFile | PlacedFile | null = null
  if (message.attachmentId !== null) {
    const known = isShared ? placed.get(message.attachmentId) : undefined
    const opened = known ?? (await open(message.attachmentId, openAttachment, now))
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
    const given = file
    sends.unshift(async () => {
      const { attachmentId } = message
      if (attachmentId === null || !isShared) return sendFile(api, { chat_id, ...caption }, given)
      const sent = await sendFile(api, { chat_id, ...caption }, given)
      // Telegram may forget what was placed: the next one brings it anew.
      if (sent.kind === 'error' && sent.code === 400 && 'fileId' in given) {
        placed.delete(attachmentId)
        return { kind: 'not-sent', reason: 'file not known any more' } as const
      }
      remember(placed, attachmentId, sent)
      return sent
    })
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
  file: UploadedFile | PlacedFile,
): Promise<BotAnswer> {
  if ('fileId' in file) {
    return file.as === 'photo'
      ? api.call('sendPhoto', { photo: file.fileId, ...shown })
      : api.call('sendDocument', { document: file.fileId, ...shown })
  }
  if (PICTURES.includes(file.mediaType) && file.content.length <= PICTURE_MAX_BYTES) {
    const answer = await api.call('sendPhoto', { photo: 'attach://file', ...shown }, { file })
    const isNoPicture = answer.kind === 'error' && answer.code === 400 && NO_PICTURE.test(answer.description)
    if (!isNoPicture) return answer
  }
  return api.call('sendDocument', { document: 'attach://file', ...shown }, { file })
}

function remember(placed: PlacedFiles, attachmentId: string, answer: BotAnswer): void {
  const sent = placedSchema.safeParse(answer.kind === 'ok' ? answer.result : null).data
  const photo = sent?.photo?.at(-1)?.file_id
  const fileId = photo ?? sent?.document?.file_id
  if (fileId === undefined) return
  placed.set(attachmentId, { as: photo === undefined ? 'document' : 'photo', fileId })
  for (const oldest of placed.keys()) {
    if (placed.size <= PLACED_MAX) break
    placed.delete(oldest)
  }
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
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'audio/x-m4a': 'm4a',
  'audio/aac': 'aac',
  'audio/amr': 'amr',
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

import { z } from 'zod'
import type { Delivery, DeliveryOutcome, FetchedFile } from '../../messaging/channel.ts'
import type { Action } from '../../messaging/message.ts'
import type { BotAnswer, BotApi, UploadedFile } from './bot-api.ts'
import { outcomeOf } from './outcome.ts'
import { splitText } from './split-text.ts'

const CAPTION_MAX = 1024
const sentSchema = z.object({ message_id: z.number() })

/** Reads a file of ours that goes with a message; null when it is gone. */
export type OpenAttachment = (attachmentId: string) => Promise<FetchedFile | null>

/**
 * Sends one message. A text that takes several of Telegram's messages is sent again as a whole when a later part fails,
 * as is any talk whose outcome is not known.
 */
export async function deliver(
  api: BotApi,
  { address, message }: Delivery,
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
  const parts = isCaption ? [] : splitText(message.text)
  if (file === null && parts.length === 0) return { kind: 'refused', reason: 'bad-message' }
  const buttons = keyboard(message.actions)

  let answer: BotAnswer | null = null
  if (file !== null) {
    const caption = isCaption ? { caption: message.text, ...buttons } : {}
    answer = file.mediaType.startsWith('image/')
      ? await api.call('sendPhoto', { chat_id, photo: 'attach://file', ...caption }, { file })
      : await api.call('sendDocument', { chat_id, document: 'attach://file', ...caption }, { file })
    if (answer.kind !== 'ok') return outcomeOf(answer, now())
  }
  for (const [index, text] of parts.entries()) {
    // A preview of a linked page costs the person data and pushes the buttons off the screen.
    const shown = { chat_id, text, link_preview_options: { is_disabled: true } }
    answer = await api.call('sendMessage', index === parts.length - 1 ? { ...shown, ...buttons } : shown)
    if (answer.kind !== 'ok') return outcomeOf(answer, now())
  }
  const sent = sentSchema.safeParse(answer?.kind === 'ok' ? answer.result : null)
  return { kind: 'delivered', externalId: sent.success ? String(sent.data.message_id) : null }
}

function chatOf(address: string): number | null {
  const chat = Number(address)
  return Number.isSafeInteger(chat) && chat !== 0 ? chat : null
}

/** One button per row: labels are whole phrases, and a phone is narrow. */
function keyboard(actions: readonly Action[]) {
  if (actions.length === 0) return {}
  const inline_keyboard = actions.map(({ id, label }) => [{ text: label, callback_data: id }])
  return { reply_markup: { inline_keyboard } }
}

async function open(
  attachmentId: string,
  openAttachment: OpenAttachment,
  now: () => Date,
): Promise<UploadedFile | DeliveryOutcome> {
  try {
    const found = await openAttachment(attachmentId)
    if (found === null) return { kind: 'refused', reason: 'bad-message' }
    return { ...found, name: `giay-to.${found.mediaType.split('/')[1]?.replace('jpeg', 'jpg') ?? 'bin'}` }
  } catch {
    return outcomeOf({ kind: 'not-sent', reason: 'attachment not read' }, now())
  }
}

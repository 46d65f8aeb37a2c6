import type { Update, UpdateBody, UpdateFile } from '../../messaging/update.ts'
import { wordsOfCommand } from './commands.ts'
import type { TelegramFile, TelegramMessage, TelegramUpdate } from './update-schema.ts'

/** A bot may fetch no larger file. */
export const FILE_MAX_BYTES = 20 * 1024 * 1024

/** An id of ours in a button; other words in a tap are none of ours. */
const ACTION = /^[\w-]{1,64}$/

/** What a person can send that we cannot read; answered with a kind word. Service messages are not among them. */
const UNREADABLE = ['poll', 'dice', 'game', 'story', 'checklist', 'invoice', 'paid_media'] as const

/** Null for what is not said by a person to us alone: groups, other bots, service messages. */
export function translate(update: TelegramUpdate, account: string): Update | null {
  const said = saidBy(update)
  if (said === null) return null
  return { channel: 'telegram', account, externalId: String(update.update_id), ...said }
}

type Said = Pick<Update, 'address' | 'body' | 'messageId' | 'quotedMessageId' | 'albumId'>

function saidBy(update: TelegramUpdate): Said | null {
  const { message, edited_message: edited, callback_query: tap, my_chat_member: membership } = update
  if (message !== undefined) {
    if (message.chat.type !== 'private' || message.from?.is_bot === true) return null
    const body = bodyOf(message)
    if (body === null) return null
    return {
      address: String(message.chat.id),
      body,
      messageId: String(message.message_id),
      quotedMessageId: message.reply_to_message === undefined ? null : String(message.reply_to_message.message_id),
      ...(body.kind === 'file' && message.media_group_id !== undefined ? { albumId: message.media_group_id } : {}),
    }
  }
  if (edited !== undefined) {
    // A place that moves on is told of as a correction, too.
    const text = edited.text ?? edited.caption
    if (edited.chat.type !== 'private' || edited.from?.is_bot === true || text === undefined) return null
    return {
      address: String(edited.chat.id),
      body: { kind: 'edit', text },
      messageId: String(edited.message_id),
      quotedMessageId: null,
    }
  }
  if (tap !== undefined) {
    if (
      tap.data === undefined ||
      !ACTION.test(tap.data) ||
      (tap.message !== undefined && tap.message.chat.type !== 'private')
    )
      return null
    return {
      // In a private chat the chat has the number of the person.
      address: String(tap.message?.chat.id ?? tap.from.id),
      body: { kind: 'action', actionId: tap.data },
      messageId: null,
      quotedMessageId: tap.message === undefined ? null : String(tap.message.message_id),
    }
  }
  if (membership !== undefined) {
    if (membership.chat.type !== 'private') return null
    const body = membershipBody(membership.old_chat_member.status, membership.new_chat_member.status)
    return body && { address: String(membership.chat.id), body, messageId: null, quotedMessageId: null }
  }
  return null
}

function membershipBody(before: string, after: string): UpdateBody | null {
  if (after === 'kicked' || after === 'left') return { kind: 'left' }
  // Whoever presses "start" again says so besides.
  return before === 'kicked' || before === 'left' ? { kind: 'back' } : null
}

function bodyOf(message: TelegramMessage): UpdateBody | null {
  if (message.text !== undefined) return textBody(message.text)
  const file = fileOf(message)
  if (file !== null) return { kind: 'file', file }
  if (message.location !== undefined) {
    return { kind: 'location', latitude: message.location.latitude, longitude: message.location.longitude }
  }
  if (message.contact !== undefined) {
    const own = message.contact.user_id !== undefined && message.contact.user_id === message.from?.id
    return { kind: 'phone', phone: message.contact.phone_number, own }
  }
  const what = UNREADABLE.find((kind) => message[kind] !== undefined)
  return what === undefined ? null : { kind: 'unsupported', what }
}

function textBody(text: string): UpdateBody {
  const [, command, rest = ''] = /^\/([a-z0-9_]{1,32})(?:@\w+)?(?:\s+([\s\S]*))?$/i.exec(text) ?? []
  if (command === undefined) return { kind: 'text', text }
  if (command.toLowerCase() === 'start') return { kind: 'start', payload: rest.trim() || null }
  return { kind: 'text', text: `${wordsOfCommand(command.toLowerCase())} ${rest}`.trim() }
}

function fileOf(message: TelegramMessage): UpdateFile | null {
  const caption = message.caption ?? null
  const photo = largestPhoto(message.photo ?? [])
  if (photo !== undefined) return describe('photo', { mime_type: 'image/jpeg', ...photo }, caption)
  const { voice, audio, sticker, document } = message
  const video = message.video ?? message.video_note
  if (voice !== undefined) return describe('voice', voice, caption)
  if (video !== undefined) return describe('video', video, caption)
  if (sticker !== undefined) return describe('sticker', sticker, caption)
  const other = document ?? audio
  return other === undefined ? null : describe('document', other, caption)
}

/** Telegram lists one photo in several sizes, smallest first. */
function largestPhoto<Photo extends { file_size?: number | undefined }>(sizes: readonly Photo[]): Photo | undefined {
  return sizes.findLast(({ file_size = 0 }) => file_size <= FILE_MAX_BYTES) ?? sizes.at(-1)
}

function describe(media: UpdateFile['media'], file: TelegramFile, caption: string | null): UpdateFile {
  return {
    media,
    externalId: file.file_id,
    attachmentId: null,
    mediaType: file.mime_type ?? null,
    sizeBytes: file.file_size ?? null,
    name: file.file_name ?? null,
    caption,
  }
}

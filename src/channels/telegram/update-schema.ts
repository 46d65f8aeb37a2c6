import type { Update } from 'grammy/types'
import { z } from 'zod'

/*
 * The part of a Telegram update that we read. What a message may hold besides is of no matter, and no message is turned
 * away for a field that we do not know.
 */

const personSchema = z.object({ id: z.number(), is_bot: z.boolean() })
const chatSchema = z.object({ id: z.number(), type: z.string() })

const fileSchema = z.object({
  file_id: z.string(),
  file_size: z.number().optional(),
  mime_type: z.string().optional(),
  file_name: z.string().optional(),
})
export type TelegramFile = z.infer<typeof fileSchema>

const present = z.unknown().optional()

const messageSchema = z.object({
  message_id: z.number(),
  chat: chatSchema,
  from: personSchema.optional(),
  reply_to_message: z.object({ message_id: z.number() }).optional(),
  /** Files sent as one have it in common. */
  media_group_id: z.string().max(64).optional(),
  text: z.string().optional(),
  caption: z.string().optional(),
  photo: z.array(z.object({ file_id: z.string(), file_size: z.number().optional() })).optional(),
  document: fileSchema.optional(),
  voice: fileSchema.optional(),
  audio: fileSchema.optional(),
  video: fileSchema.optional(),
  video_note: fileSchema.optional(),
  sticker: fileSchema.optional(),
  location: z.object({ latitude: z.number(), longitude: z.number() }).optional(),
  contact: z.object({ phone_number: z.string(), user_id: z.number().optional() }).optional(),
  poll: present,
  dice: present,
  game: present,
  story: present,
  checklist: present,
  invoice: present,
  paid_media: present,
})
export type TelegramMessage = z.infer<typeof messageSchema>

export const telegramUpdateSchema = z.object({
  update_id: z.number().int(),
  message: messageSchema.optional(),
  edited_message: messageSchema.optional(),
  callback_query: z
    .object({
      id: z.string(),
      from: personSchema,
      data: z.string().optional(),
      message: z.object({ message_id: z.number(), chat: chatSchema }).optional(),
    })
    .optional(),
  my_chat_member: z
    .object({
      chat: chatSchema,
      old_chat_member: z.object({ status: z.string() }),
      new_chat_member: z.object({ status: z.string() }),
    })
    .optional(),
})
export type TelegramUpdate = z.infer<typeof telegramUpdateSchema>

/** The kinds that we ask Telegram for. */
export const ALLOWED_UPDATES = [
  'message',
  'edited_message',
  'callback_query',
  'my_chat_member',
] as const satisfies (keyof Update)[]

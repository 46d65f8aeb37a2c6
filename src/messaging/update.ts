import { z } from 'zod'

/** A file that a person sent: named, not yet fetched (`externalId`), or already stored (`attachmentId`). */
const fileSchema = z.object({
  media: z.enum(['photo', 'document', 'voice', 'video', 'sticker']),
  externalId: z.string().nullable(),
  attachmentId: z.string().nullable(),
  mediaType: z.string().nullable(),
  sizeBytes: z.number().int().nullable(),
  name: z.string().nullable(),
  caption: z.string().nullable(),
})

/** What arrives. The same few kinds on every channel. */
export const updateBodySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: z.string() }),
  /** A tap on a button; `actionId` is opaque and was made by us. */
  z.object({ kind: z.literal('action'), actionId: z.string() }),
  /** `more`: the other files of an album, which is one message to the person who sent it. */
  z.object({ kind: z.literal('file'), file: fileSchema, more: z.array(fileSchema).optional() }),
  z.object({ kind: z.literal('location'), latitude: z.number(), longitude: z.number() }),
  /** A phone number shared by button; `own` when the channel vouches that it is the sender's. */
  z.object({ kind: z.literal('phone'), phone: z.string(), own: z.boolean() }),
  /** The person opened the talk (`/start`, follow, first load of the page). */
  z.object({ kind: z.literal('start'), payload: z.string().nullable() }),
  /** The person blocked or left us: nothing can be sent any more. */
  z.object({ kind: z.literal('left') }),
  /** The person lets us write again and said nothing. */
  z.object({ kind: z.literal('back') }),
  /** The person changed the words of the message that `messageId` names. */
  z.object({ kind: z.literal('edit'), text: z.string() }),
  /** Somebody of the office wrote to this person in the channel's own inbox, past the desk: the bot falls silent. */
  z.object({ kind: z.literal('officer'), text: z.string() }),
  z.object({ kind: z.literal('unsupported'), what: z.string() }),
])

export type UpdateBody = z.infer<typeof updateBodySchema>
export type UpdateFile = z.infer<typeof fileSchema>

/** What is sealed and stored in the inbox. */
export const storedUpdateSchema = z.object({
  body: updateBodySchema,
  /** The channel's id of this message, to be quoted later; null where the channel has none. */
  messageId: z.string().nullable(),
  /** The channel's id of the message that the person quoted. */
  quotedMessageId: z.string().nullable(),
})
export type StoredUpdate = z.infer<typeof storedUpdateSchema>

export interface Update extends StoredUpdate {
  channel: string
  account: string
  /** Where the person is reached on this channel, e.g. a chat id. */
  address: string
  /** The channel's id of this update; with channel and account it tells a repeat. At most 128 characters. */
  externalId: string
  /** Files of one contact with the same id were sent as one; at most 64 characters. */
  albumId?: string | null
}

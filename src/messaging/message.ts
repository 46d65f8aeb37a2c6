import { z } from 'zod'

/** A button. `id` is opaque, at most 64 bytes; `label` at most 40 characters. */
export const actionSchema = z.object({ id: z.string().max(64), label: z.string() })
export type Action = z.infer<typeof actionSchema>

/** What the message asks the person's device for, where the channel has a button of its own for that; `label` is on it. */
const requestSchema = z.object({ kind: z.literal('phone'), label: z.string() })

/** What leaves: words in the person's language, at most five actions, at most one file. */
export const messageSchema = z.object({
  text: z.string(),
  actions: z.array(actionSchema).max(5),
  attachmentId: z.string().nullable(),
  asks: requestSchema.optional(),
})
export type Message = z.infer<typeof messageSchema>

/** Text as it is kept in `messages.sealed_body`, in either direction. */
export const talkEntrySchema = z.object({
  text: z.string(),
  actions: z.array(actionSchema).default([]),
  attachmentIds: z.array(z.string()).default([]),
  asks: requestSchema.optional(),
})
export type TalkEntry = z.infer<typeof talkEntrySchema>

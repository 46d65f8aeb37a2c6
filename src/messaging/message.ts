import { z } from 'zod'

/** A button. `id` is opaque, at most 64 bytes; `label` at most 40 characters. */
export const actionSchema = z.object({ id: z.string().max(64), label: z.string() })
export type Action = z.infer<typeof actionSchema>

/** What leaves: words in the person's language, at most five actions, at most one file. */
export const messageSchema = z.object({
  text: z.string(),
  actions: z.array(actionSchema).max(5),
  attachmentId: z.string().nullable(),
})
export type Message = z.infer<typeof messageSchema>

/** Text as it is kept in `messages.sealed_body`, in either direction. */
export const talkEntrySchema = z.object({
  text: z.string(),
  actions: z.array(actionSchema).default([]),
  attachmentIds: z.array(z.string()).default([]),
})
export type TalkEntry = z.infer<typeof talkEntrySchema>

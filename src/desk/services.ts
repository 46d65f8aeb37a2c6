import { z } from 'zod'
import type { AttachmentStore } from '../attachments/store.ts'
import type { Texts } from '../i18n.ts'
import type { FileLimits } from '../messaging/file-limits.ts'
import type { Secrets } from '../secrets.ts'
import type { Territory } from '../territory/territory.ts'
import type { LiveCalendars } from './calendars.ts'

/** What every action of the desk is handed. */
export interface DeskServices {
  territory: Territory
  calendars: LiveCalendars
  texts: Texts
  secrets: Secrets
  /** Contents of papers. */
  store: AttachmentStore
  /** What a channel carries; null for one that is not open. */
  fileLimits(channel: string): FileLimits | null
}

/** One answer on a ticket, as the citizen gave it; `label` is the question in the citizen's language. */
export const answerLineSchema = z.object({ id: z.string(), label: z.string(), value: z.string() })
export type AnswerLine = z.infer<typeof answerLineSchema>

/** What `resolve` says in words; kept sealed on the ticket. */
export const resolutionSchema = z.object({
  reason: z.string().nullable(),
  basis: z.string().nullable(),
  nextStep: z.string(),
  text: z.string().nullable(),
})
export type Resolution = z.infer<typeof resolutionSchema>

export const routingReasonSchema = z.object({ key: z.string(), values: z.record(z.string(), z.string()) })

import { z } from 'zod'

/** What kind of answer a question takes. Bounds are data of the flow; days count from today. */
export const expectSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('option'), options: z.array(z.string()).min(2) }),
  z.strictObject({ kind: z.literal('yesNo') }),
  z.strictObject({ kind: z.literal('number'), min: z.number().int(), max: z.number().int() }),
  z.strictObject({ kind: z.literal('text'), min: z.number().int(), max: z.number().int() }),
  /** A person's name: a text, but one in which a lone word is no command (Dung, Huy). */
  z.strictObject({ kind: z.literal('name'), min: z.number().int(), max: z.number().int() }),
  z.strictObject({ kind: z.literal('phone') }),
  z.strictObject({ kind: z.literal('date'), earliest: z.number().int(), latest: z.number().int() }),
  z.strictObject({ kind: z.literal('commune') }),
  z.strictObject({ kind: z.literal('papers'), max: z.number().int() }),
])
export type Expect = z.infer<typeof expectSchema>

/**
 * One question, wherever it comes from: a step of a flow, a request type or a fact. Texts stand under `text`: `.ask`,
 * `.label`, and `.options.<value>` for each option.
 */
export interface Question {
  id: string
  text: string
  expect: Expect
  /** Offers "I don't know". */
  unknown: boolean
  /** Offers "skip". */
  skip: boolean
}

/** `null`: not known or skipped. A list: ids of attachments. */
export type AnswerValue = string | number | boolean | string[] | null

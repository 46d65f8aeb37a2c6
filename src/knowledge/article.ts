/**
 * Short cited answers: what `flows/knowledge/<topic>.yaml` may hold. Words stand in `locales/`; what a programme knows
 * (amounts, limits, papers, offices, time limits) is taken from the programme for the day, never written again. Pure.
 */
import { z } from 'zod'
import { basisSchema, daySchema } from '../eligibility/basis.ts'
import type { EligibilityDefinitions } from '../eligibility/programme.ts'

/** What somebody may want to know of a topic. */
export const ASKED = [
  'how_to_apply',
  'amount',
  'eligibility_question',
  'deadlines',
  'whom_to_see',
  'office_now',
] as const
export type Asked = (typeof ASKED)[number]

/** Asked of every topic; where an office is after the reorganisation is told from the territory and needs one entry. */
export const ASKED_OF_TOPICS = [
  'how_to_apply',
  'amount',
  'eligibility_question',
  'deadlines',
  'whom_to_see',
] as const satisfies readonly Asked[]

/** The topic of entries that answer for every topic without an entry of its own. */
export const ANY_TOPIC = 'any'

const id = z.string().regex(/^[a-z][a-z0-9_]*$/, 'write an id in small letters, digits and _')

export const valueSchema = z.union([
  /** An amount of the version in force; with `benefit` only of that level, otherwise over all levels. */
  z.strictObject({ programme: id, amount: z.string(), benefit: z.string().optional() }),
  /** The number that a criterion of the version in force compares with. */
  z.strictObject({ programme: id, criterion: z.string() }),
  /** A day of the year or a date, as people write it. */
  z.strictObject({ date: z.string().regex(/^\d{1,2}\/\d{1,2}(?:\/\d{4})?$/, 'write a date as 14/12 or 31/12/2025') }),
])
export type ValueRule = z.output<typeof valueSchema>

const lines = z.string().transform((text) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== ''),
)

const entrySchema = z.strictObject({
  id,
  intents: z.array(z.enum(ASKED)).min(1),
  /** Only for questions about these; an entry without stands for the whole topic. */
  programmes: z.array(id).min(1).optional(),
  /** Part of the text key: `knowledge.<topic>.<text>`. */
  text: id,
  values: z.record(z.string(), valueSchema).default({}),
  /** What is told besides, from the programmes in force: how to go about it, how much they give, how long it takes. */
  adds: z.enum(['steps', 'amounts', 'time_limits']).optional(),
  basis: z.array(z.string()).min(1),
  reviewed: daySchema,
  /** From the day after, an officer confirms instead. */
  review_by: daySchema,
  from: daySchema.optional(),
  to: daySchema.optional(),
})
export type Entry = Readonly<z.output<typeof entrySchema>>

export const topicFileSchema = z.strictObject({
  topic: id,
  basis: z.record(z.string(), basisSchema),
  /** Programmes with which a question about the whole topic is answered, the most usual first; left out = all. */
  usual: z.array(id).min(1).optional(),
  /** Words that name one programme of the topic: a phrase a line. */
  named: z.record(id, lines).default({}),
  entries: z.array(entrySchema).min(1),
})
export type TopicFile = Readonly<z.output<typeof topicFileSchema>>

/** Words that tell what exactly is asked where the intent alone does not. */
export const CUED = ['office_now', 'deadlines', 'whom_to_see'] as const satisfies readonly Asked[]

export const askedFileSchema = z.strictObject({
  asked: z.strictObject({ office_now: lines, deadlines: lines, whom_to_see: lines }),
})

export interface Knowledge {
  topics: ReadonlyMap<string, TopicFile>
  /** Phrases in the form of `flows/topics.yaml`. */
  cues: Readonly<Record<(typeof CUED)[number], readonly string[]>>
  eligibility: EligibilityDefinitions
}

/** Whether an entry stands on a day. */
export function standsOn(entry: { from?: string | undefined; to?: string | undefined }, day: string): boolean {
  return (entry.from ?? '') <= day && day <= (entry.to ?? '9999-12-31')
}

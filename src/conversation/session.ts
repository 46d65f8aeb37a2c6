import { z } from 'zod'
import { profileSchema } from '../profile/profile.ts'

/** One thing a person can tap, type by number or by its words. `value` is ours; `id` is what the channel carries. */
const offeredSchema = z.object({ value: z.string(), id: z.string(), words: z.string() })

const answerSchema = z.union([z.string(), z.number(), z.boolean(), z.array(z.string()), z.null()])

const answersSchema = z.record(z.string(), answerSchema)

/** What the talk is waiting for. The kinds after `consent` interrupt: `under` is where it goes on afterwards. */
const plainWaitingSchema = z.discriminatedUnion('kind', [
  /** A `choose` step of the flow. */
  z.object({ kind: z.literal('choose') }),
  /** One question of a form, or of an `ask` step; `again`: its answer is being corrected. */
  z.object({ kind: z.literal('question'), id: z.string(), again: z.boolean().optional() }),
  /** For whom a screening is. */
  z.object({ kind: z.literal('member') }),
  /** Who the person is that was not spoken of before. */
  z.object({ kind: z.literal('newMember') }),
  /** Whether these facts, understood or remembered, are right. */
  z.object({ kind: z.literal('recap'), facts: z.array(z.string()) }),
  /** Whether somebody is in one of the special circumstances. */
  z.object({ kind: z.literal('themes') }),
  z.object({ kind: z.literal('summary') }),
  z.object({ kind: z.literal('results') }),
  z.object({ kind: z.literal('consent') }),
])

/** Answers to which paper was sent: all that were asked for, or one that was not among them. */
export const ALL_PAPERS = '~all'
export const OTHER_PAPER = '~other'

const interruptionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('correct') }),
  z.object({ kind: z.literal('village'), codes: z.array(z.string()), question: z.string() }),
  z.object({ kind: z.literal('places'), codes: z.array(z.string()), question: z.string() }),
  z.object({ kind: z.literal('didYouMean'), text: z.string(), topics: z.array(z.string()) }),
  z.object({
    kind: z.literal('whichTicket'),
    messageIds: z.array(z.number()),
    attachmentIds: z.array(z.string()),
    ticketIds: z.array(z.number()),
  }),
  /** Which of the awaited papers was just sent. */
  z.object({ kind: z.literal('whichPaper'), ticketId: z.number(), number: z.string(), papers: z.array(z.string()) }),
  z.object({ kind: z.literal('resume') }),
  z.object({ kind: z.literal('language') }),
  z.object({ kind: z.literal('stopAll') }),
  z.object({ kind: z.literal('erase') }),
  /** The topics that the person hears of, on and off. */
  z.object({ kind: z.literal('news') }),
  /** Asked once: whether to hear of this topic; null: of which. */
  z.object({ kind: z.literal('newsOffer'), topic: z.string().nullable() }),
  /** What to hear of is kept only with consent. */
  z.object({ kind: z.literal('newsConsent'), topic: z.string().nullable() }),
  /** Whether these words are for the unit that sent a policy message. */
  z.object({
    kind: z.literal('tellUnit'),
    broadcastId: z.string(),
    text: z.string(),
    messageIds: z.array(z.number()),
    attachmentIds: z.array(z.string()),
    topics: z.array(z.string()),
  }),
])

export type Interruption = z.infer<typeof interruptionSchema>

/** A place that "back" returns to. */
const placeSchema = z.object({
  flow: z.string(),
  flowVersion: z.number(),
  step: z.string(),
  waiting: plainWaitingSchema,
  answers: answersSchema,
  subject: z.record(z.string(), z.string()),
})

/** What the next words may answer without being asked for again: how good the help was, or why it is not settled. */
const awaitedSchema = z.object({
  kind: z.enum(['rating', 'why']),
  ticketId: z.number(),
  number: z.string(),
  until: z.string(),
})
export type Awaited = z.infer<typeof awaitedSchema>

/** Where one contact stands. Sealed with the person's key in the database. */
export const sessionSchema = z.object({
  flow: z.string(),
  flowVersion: z.number(),
  step: z.string(),
  waiting: plainWaitingSchema,
  interruption: interruptionSchema.nullable(),
  /** Answers of the flow that runs. A key that stands here with `null` was asked and is not known. */
  answers: answersSchema,
  /**
   * What the flow is about: `topic`, `request` (its type), `requestVersion`, `village`, `urgent` (kind), `said` (the
   * sentence that led here); of a screening `member`, `detail` (programme), `theme` and `themes` (asked, offered).
   */
  subject: z.record(z.string(), z.string()),
  trail: z.array(placeSchema),
  offered: z.array(offeredSchema),
  /** Page shown of a list longer than fits; counts on past the last one, which is the first again. */
  page: z.number(),
  /** Unreadable answers in a row; after some an officer is offered. */
  misses: z.number(),
  language: z.enum(['vi', 'en']),
  /** Id of the first message of this flow, so that a ticket shows the whole talk. */
  talkFrom: z.number().nullable(),
  /** What the person said before we could listen (their very first words); taken up when the menu is reached. */
  held: z.string().nullable(),
  /** When the person last said something to an officer. ISO. */
  saidToOfficerAt: z.string().nullable(),
  /** An officer wrote past the desk without a ticket: until then words are theirs. ISO. */
  officerUntil: z.string().nullable().default(null),
  /** The household and its members as far as they were spoken of; null before the first screening. */
  family: profileSchema.nullable().default(null),
  awaited: awaitedSchema.nullable().default(null),
  updatedAt: z.string(),
})

export type Session = z.infer<typeof sessionSchema>
export type Offered = z.infer<typeof offeredSchema>

/** Questions back that are remembered. */
const TRAIL_LENGTH = 40

/** A session at the start of a flow. Language and what concerns officers are kept. */
export function startFlow(
  session: Session,
  flow: { id: string; version: number; start: string },
  subject: Record<string, string> = {},
): Session {
  return {
    ...session,
    flow: flow.id,
    flowVersion: flow.version,
    step: flow.start,
    waiting: { kind: 'choose' },
    interruption: null,
    answers: {},
    subject,
    offered: [],
    page: 0,
    misses: 0,
  }
}

export function newSession(
  flow: { id: string; version: number; start: string },
  language: 'vi' | 'en',
  now: Date,
): Session {
  return {
    flow: flow.id,
    flowVersion: flow.version,
    step: flow.start,
    waiting: { kind: 'choose' },
    interruption: null,
    answers: {},
    subject: {},
    trail: [],
    offered: [],
    page: 0,
    misses: 0,
    language,
    talkFrom: null,
    held: null,
    saidToOfficerAt: null,
    officerUntil: null,
    family: null,
    awaited: null,
    updatedAt: now.toISOString(),
  }
}

/** Remembers the present place for "back". */
export function remember(session: Session): Session {
  const { flow, flowVersion, step, waiting, answers, subject } = session
  return {
    ...session,
    trail: [...session.trail, { flow, flowVersion, step, waiting, answers, subject }].slice(-TRAIL_LENGTH),
  }
}

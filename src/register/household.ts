/** A household as a commune's list names it, and what is wrong with lines that could not be read. */
import { z } from 'zod'
import { DIMENSIONS } from './lacks.ts'

export const REGISTER_STATUSES = ['poor', 'near_poor', 'escaped_poverty'] as const
export type RegisterStatus = (typeof REGISTER_STATUSES)[number]

export const PRIORITY_GROUPS = ['merit', 'ethnic_minority', 'disabled', 'children', 'elderly', 'women_headed'] as const
export type PriorityGroup = (typeof PRIORITY_GROUPS)[number]

const memberSchema = z.object({
  name: z.string(),
  /** As it is shown: `15/03/1950`, `1950`, or empty. */
  birth: z.string(),
  sex: z.enum(['male', 'female']).nullable(),
  /** As the list says it; empty for the head. */
  relation: z.string(),
})

/** Who the household is: sealed with its own key, never in clear. */
export const identitySchema = z.object({
  name: z.string(),
  birth: z.string(),
  sex: z.enum(['male', 'female']).nullable(),
  village: z.string(),
  identity: z.string(),
  certificate: z.string(),
  certificateYear: z.number().nullable(),
  decision: z.string(),
  decisionDate: z.string().nullable(),
  /** Besides the head. */
  members: z.array(memberSchema),
})
export type HouseholdIdentity = z.infer<typeof identitySchema>

/** What is kept in clear, for reports and rules: nothing that names anybody. */
export const standingSchema = z.object({
  status: z.enum(REGISTER_STATUSES),
  previousStatus: z.enum(['poor', 'near_poor']).nullable(),
  escapedOn: z.string().nullable(),
  priorityGroups: z.array(z.enum(PRIORITY_GROUPS)),
  /** Null: the list does not say. Empty: it says that nothing is lacking. */
  deprivations: z.array(z.enum(DIMENSIONS)).nullable(),
  indicators: z.array(z.string()).nullable(),
  deprivationCount: z.number().nullable(),
  members: z.number().nullable(),
  women: z.number().nullable(),
  children: z.number().nullable(),
  elderly: z.number().nullable(),
})
export type HouseholdStanding = z.infer<typeof standingSchema>

export const listedSchema = z.object({
  kind: z.literal('household'),
  /** The line of the head. */
  number: z.number(),
  who: identitySchema,
  standing: standingSchema,
  notes: z.array(z.object({ key: z.string(), value: z.string() })),
})
export type ListedHousehold = z.infer<typeof listedSchema>

export const rowFaultSchema = z.object({
  number: z.number(),
  key: z.string(),
  /** The heading as written; empty when the whole line is meant. */
  column: z.string(),
  value: z.string(),
})
/** Texts: `register.fault.<key>`. */
export type RegisterFault = z.infer<typeof rowFaultSchema>

/** A household that is not taken over because some of its lines cannot be read. */
export const faultySchema = z.object({
  kind: z.literal('faulty'),
  number: z.number(),
  name: z.string(),
  village: z.string(),
  faults: z.array(rowFaultSchema),
})
export type FaultyHousehold = z.infer<typeof faultySchema>

export type RegisterRow = ListedHousehold | FaultyHousehold

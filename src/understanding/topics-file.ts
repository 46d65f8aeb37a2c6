/** Reads `flows/topics.yaml`: what the topics are called, how people speak of them, which cues tell an intent. */
import { join } from 'node:path'
import { z } from 'zod'
import { readYaml } from '../definitions/read-yaml.ts'
import type { Fault } from '../errors.ts'

export const TOPICS = [
  'household_review',
  'health_insurance',
  'education',
  'credit',
  'housing',
  'water_sanitation',
  'electricity',
  'legal_aid',
  'jobs',
  'vocational_training',
  'work_abroad',
  'livelihood',
  'agriculture',
  'nutrition',
  'information',
  'social_assistance',
  'fund_for_poor',
  'general_support',
  'out_of_scope',
  'smalltalk',
] as const

export const INTENTS = [
  'eligibility_question',
  'request',
  'status_check',
  'complaint',
  'how_to_apply',
  'amount',
  'out_of_scope',
  'smalltalk',
] as const
export type Intent = (typeof INTENTS)[number]

const phrase = z.string().trim().min(1)
/** A block of text, one phrase a line: thousands of list items would take the reader a quarter of a second. */
const lines = z.string().transform((text) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== ''),
)
const phrases = lines.refine((found) => found.length >= 3, 'needs at least three phrases, one a line')
const weighted = z.record(phrase, z.number().min(0).max(10))

const topic = z
  .strictObject({
    id: z.enum(TOPICS),
    keywords: weighted,
    /** Phrases that settle the topic, whatever else the text speaks of; the longest that matches wins. */
    decisive: lines.optional(),
    phrases: phrases.optional(),
    /** Only for what is out of scope: the right door elsewhere, and what people say who look for it. */
    doors: z.record(z.string().regex(/^[a-z_]+$/), phrases).optional(),
  })
  .refine((value) => (value.phrases === undefined) !== (value.doors === undefined), 'needs either phrases or doors')

export const topicsSchema = z.strictObject({
  topics: z.array(topic).min(1),
  intents: z.partialRecord(z.enum(INTENTS), weighted),
})

export type TopicsFile = z.output<typeof topicsSchema>

export function readTopicsFile(flowsDirectory: string): { value: TopicsFile } | { faults: Fault[] } {
  return readYaml(join(flowsDirectory, 'topics.yaml'), topicsSchema)
}

/** One way of saying something, with the class it teaches: a topic, or a door of what is out of scope. */
export interface Example {
  text: string
  label: string
}

/** The label of a door; its topic is `out_of_scope`. */
export const doorLabel = (door: string) => `out_of_scope/${door}`
export const topicOfLabel = (label: string) => label.split('/')[0] ?? label
export const doorOfLabel = (label: string) => label.split('/')[1]

export function examplesOf(file: TopicsFile): Example[] {
  return file.topics.flatMap((entry) => [
    ...(entry.phrases ?? []).map((text) => ({ text, label: entry.id })),
    ...Object.entries(entry.doors ?? {}).flatMap(([door, texts]) =>
      texts.map((text) => ({ text, label: doorLabel(door) })),
    ),
  ])
}

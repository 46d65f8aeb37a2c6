import { z } from 'zod'
import { type AnswerValue, expectSchema, type Question } from '../messaging/question.ts'

const comparisonSchema = z.strictObject({
  question: z.string(),
  /** In a list the answer is compared as a word: `"true"`, `"null"` for not known. */
  is: z.union([z.string(), z.boolean(), z.array(z.string())]),
})
type Comparison = z.infer<typeof comparisonSchema>

/** `any`: or one of these holds. */
const conditionSchema = comparisonSchema.extend({ any: z.array(comparisonSchema).optional() })

const requestQuestionSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9_]*$/),
  expect: expectSchema,
  unknown: z.boolean().default(false),
  skip: z.boolean().default(false),
  /** The fact that this answer also is, for the screening that goes with the ticket. */
  fact: z.string().optional(),
  /** Facts that follow from an option; `null`: it matters, but the option does not tell the value. */
  facts: z
    .record(z.string(), z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])))
    .optional(),
  /** All must hold for the question to be asked. */
  when: z.array(conditionSchema).default([]),
})

/** `flows/requests/<id>.yaml`: what one request asks, and what makes it urgent. Texts: `requests.<id>.<question>.…`. */
export const requestTypeSchema = z.strictObject({
  id: z.string(),
  version: z.number().int(),
  /** The topic it files; `chosen` takes the topic that the talk was about. */
  topic: z.string(),
  /** A programme judged on the answers and shown to the officer. */
  programme: z.string().optional(),
  /** Questions of `common.yaml`, after its own. */
  common: z.array(z.string()).default([]),
  questions: z.array(requestQuestionSchema),
  urgent: z
    .array(
      z.strictObject({
        question: z.string(),
        is: comparisonSchema.shape.is.optional(),
        /** Days from today, for a date. */
        withinDays: z.number().int().optional(),
        hotline: z.string(),
      }),
    )
    .default([]),
})
export type RequestQuestion = z.infer<typeof requestQuestionSchema>

/** A request type with its common questions written out. */
export interface RequestType extends Omit<z.infer<typeof requestTypeSchema>, 'common' | 'questions'> {
  questions: readonly (RequestQuestion & { text: string })[]
}

export const commonQuestionsSchema = z.strictObject({ questions: z.array(requestQuestionSchema) })

export type Answers = Readonly<Record<string, AnswerValue>>

/** The next question that is not answered yet and whose conditions hold; null when the request is complete. */
export function nextRequestQuestion(type: RequestType, answers: Answers): Question | null {
  return applyingQuestions(type, answers).find((question) => !(question.id in answers)) ?? null
}

/** The questions that apply to these answers, in order. */
export function applyingQuestions(type: RequestType, answers: Answers): RequestType['questions'] {
  return type.questions.filter((question) =>
    question.when.every((condition) => [condition, ...(condition.any ?? [])].some((one) => holds(one, answers))),
  )
}

function holds({ question, is }: Comparison, answers: Answers): boolean {
  const answer = answers[question]
  return Array.isArray(is) ? is.includes(String(answer)) : answer === is
}

/** What the answers say about the person in facts, for a screening. */
export function factsOfAnswers(type: RequestType, answers: Answers): Record<string, string | number | boolean | null> {
  return Object.fromEntries(
    applyingQuestions(type, answers).flatMap((question) => {
      const value = answers[question.id]
      if (value === undefined || Array.isArray(value)) return []
      const own = question.fact === undefined ? [] : [[question.fact, value] as const]
      return [...own, ...Object.entries(question.facts?.[String(value)] ?? {})]
    }),
  )
}

/** The hotlines that these answers call for; none means that it is not urgent. `today`: local day. */
export function urgentHotlines(type: RequestType, answers: Answers, today: string): string[] {
  const reasons = type.urgent.filter((rule) => {
    const answer = answers[rule.question]
    if (rule.is !== undefined) return holds({ question: rule.question, is: rule.is }, answers)
    if (rule.withinDays === undefined || answer === undefined || answer === null) return false
    const days = (Date.parse(String(answer)) - Date.parse(today)) / 86_400_000
    return days >= 0 && days <= rule.withinDays
  })
  return [...new Set(reasons.map((rule) => rule.hotline))]
}

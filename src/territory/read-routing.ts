import { z } from 'zod'
import { readYaml } from '../definitions/read-yaml.ts'
import type { Fault } from '../errors.ts'
import { LADDER_STEPS, PRIORITY_GROUPS, type Promises, type QueueOrder, type Routing } from './territory.ts'

const day = z.iso.date('write the day as YYYY-MM-DD')
const word = z.string().regex(/^[a-z][a-z0-9_]*$/)
const promises = z.strictObject({
  first_answer_hours: z.number().positive(),
  urgent_hours: z.number().positive(),
  result_days: z.int().positive(),
})
const interval = {
  from: day,
  to: day.nullable(),
  basis: z.string().startsWith('routing.basis.'),
  source: z.string().min(1),
  confidence: z.enum(['high', 'medium', 'low']),
}
const candidates = z.array(word).min(2, 'name at least two units, so that one is left when the other is complained of')

const hours = z.number().nonnegative()
const ladder = z.strictObject({
  warn: z.strictObject({ first_answer_hours: hours, result_hours: hours }),
  steps: z
    .array(z.strictObject({ after_hours: hours, to: z.enum(LADDER_STEPS) }))
    .min(1)
    .refine(
      (steps) => steps.every((step, at) => at === 0 || (steps[at - 1]?.after_hours ?? 0) < step.after_hours),
      'put the steps in order, each later than the one before',
    ),
})
const sign = z
  .strictObject({
    fact: word,
    is: z.array(z.union([word, z.boolean()])).optional(),
    at_least: z.number().optional(),
    at_most: z.number().optional(),
  })
  .refine(
    (one) => one.is !== undefined || one.at_least !== undefined || one.at_most !== undefined,
    'say which values: `is`, `at_least` or `at_most`',
  )
const order = z.strictObject({
  urgent_hours_ahead: hours,
  priority_hours_ahead: hours,
  groups: z.partialRecord(z.enum(PRIORITY_GROUPS), z.array(sign).min(1)),
  source: z.string().min(1),
  confidence: interval.confidence,
})

const file = z.strictObject({
  begins: day,
  promises,
  ladder,
  hand_off: z.strictObject({ accepted_at_most: z.int().positive() }),
  order,
  coordinator: z.array(z.strictObject({ ...interval, unit: word, above: word })).min(1),
  complaints: z
    .array(
      z.strictObject({
        ...interval,
        about: z.strictObject({
          commune_desk: candidates,
          district: candidates,
          centre: candidates,
          department: candidates,
          bank: candidates,
          front: candidates,
          unknown: candidates,
        }),
      }),
    )
    .min(1),
  topics: z.record(
    word,
    z
      .array(
        z.strictObject({
          ...interval,
          first_line: word,
          department: word,
          escalation: word,
          promises: promises.optional(),
        }),
      )
      .min(1),
  ),
})

/** Reads `routing.yaml`. Whether its units exist and its intervals join is checked by `readTerritory` and `checkTerritory`. */
export function readRouting(path: string): { value: Routing } | { faults: Fault[] } {
  const read = readYaml(path, file)
  if ('faults' in read) return read
  const { begins, coordinator, complaints, topics } = read.value
  const usual = inMinutes(read.value.promises)
  const rules = Object.entries(topics).map(
    ([topic, intervals]) =>
      [
        topic,
        intervals.map(({ first_line, promises: own, ...rule }) => ({
          ...rule,
          firstLine: first_line,
          promises: own ? inMinutes(own) : usual,
        })),
      ] as const,
  )
  return {
    value: {
      begins,
      promises: usual,
      coordinator,
      complaints,
      topics: new Map(rules),
      ladder: {
        warnMinutes: {
          first_answer: read.value.ladder.warn.first_answer_hours * 60,
          result: read.value.ladder.warn.result_hours * 60,
        },
        steps: read.value.ladder.steps.map((step) => ({ afterMinutes: step.after_hours * 60, to: step.to })),
      },
      acceptedAtMost: read.value.hand_off.accepted_at_most,
      order: orderOf(read.value.order),
    },
  }
}

function orderOf(written: z.output<typeof order>): QueueOrder {
  const groups = PRIORITY_GROUPS.flatMap((group) => {
    const signs = written.groups[group]
    if (signs === undefined) return []
    return [
      [group, signs.map(({ at_least, at_most, ...one }) => ({ ...one, atLeast: at_least, atMost: at_most }))] as const,
    ]
  })
  return {
    urgentMinutesAhead: written.urgent_hours_ahead * 60,
    priorityMinutesAhead: written.priority_hours_ahead * 60,
    groups: new Map(groups),
  }
}

function inMinutes(written: z.output<typeof promises>): Promises {
  return {
    firstAnswerMinutes: written.first_answer_hours * 60,
    urgentMinutes: written.urgent_hours * 60,
    resultDays: written.result_days,
  }
}

import { z } from 'zod'
import { readYaml } from '../definitions/read-yaml.ts'
import type { Fault } from '../errors.ts'
import type { Promises, Routing } from './territory.ts'

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

const file = z.strictObject({
  begins: day,
  promises,
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
  return { value: { begins, promises: usual, coordinator, complaints, topics: new Map(rules) } }
}

function inMinutes(written: z.output<typeof promises>): Promises {
  return {
    firstAnswerMinutes: written.first_answer_hours * 60,
    urgentMinutes: written.urgent_hours * 60,
    resultDays: written.result_days,
  }
}

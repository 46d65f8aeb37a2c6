/** The plan's targets and fields as the reports count them: `flows/indicators.yaml`. */
import { join } from 'node:path'
import { z } from 'zod'
import { readYaml } from '../definitions/read-yaml.ts'
import { HOUSEHOLD_STATUSES } from '../desk/dimensions.ts'
import { RESULTS } from '../desk/ticket.ts'
import type { Fault } from '../errors.ts'
import { LANGUAGES, type Texts } from '../i18n.ts'

const topics = z.array(z.string()).min(1)
const common = {
  id: z.string().regex(/^T\d{2}$/, 'an indicator is called T and two digits'),
  dimension: z.string(),
  topics,
  relation: z.enum(['below', 'equal', 'keep', 'towards', 'basically', 'about']),
  target: z.number().nullable(),
  unit: z.enum(['households', 'people', 'children', 'workers', 'houses', 'in_need']),
  source: z.string().min(1),
  confidence: z.enum(['high', 'medium', 'low']),
}

const indicatorSchema = z.discriminatedUnion('measure', [
  z.strictObject({ ...common, measure: z.literal('requests') }),
  z.strictObject({
    ...common,
    measure: z.literal('served'),
    statuses: z.array(z.enum(HOUSEHOLD_STATUSES)).min(1),
    groups: z.array(z.string()).default([]),
    results: z.array(z.enum(RESULTS)).min(1),
    /** The register counts the households that lack this. */
    lacks: z.string().optional(),
  }),
])
export type Indicator = z.infer<typeof indicatorSchema>
export type ServedIndicator = Extract<Indicator, { measure: 'served' }>

const file = z.strictObject({
  dimensions: z.array(z.strictObject({ id: z.string().regex(/^[a-z_]+$/), topics })).min(1),
  indicators: z.array(indicatorSchema),
})

export interface ReportDefinitions {
  /** Fields of the plan; every topic belongs to one. */
  dimensions: readonly { id: string; topics: readonly string[] }[]
  indicators: readonly Indicator[]
}

const NAME = 'flows/indicators.yaml'

/** Reads `indicators.yaml`: ids once each, dimensions that exist, topics that belong to their dimension. */
export function readIndicators(flowsDirectory: string): { value: ReportDefinitions } | { faults: Fault[] } {
  const read = readYaml(join(flowsDirectory, 'indicators.yaml'), file)
  if ('faults' in read) return read
  const { dimensions, indicators } = read.value
  const faults = [
    ...twice(dimensions.map(({ id }) => id)).map((id) => `dimension ${id} is there twice`),
    ...twice(dimensions.flatMap((one) => one.topics)).map((topic) => `topic ${topic} belongs to two dimensions`),
    ...twice(indicators.map(({ id }) => id)).map((id) => `indicator ${id} is there twice`),
    ...indicators.flatMap(({ id, dimension, topics: counted }) => {
      const known = dimensions.find((one) => one.id === dimension)
      if (known === undefined) return [`${id}: there is no dimension ${dimension}`]
      const strange = counted.filter((topic) => !known.topics.includes(topic))
      return strange.map((topic) => `${id}: topic ${topic} is not one of dimension ${dimension}`)
    }),
  ]
  return faults.length > 0 ? { faults: faults.map((what) => ({ where: NAME, what })) } : { value: read.value }
}

/** Topics that would be left out of the reports or do not exist, and texts that a language does not have. */
export function checkIndicators(
  { dimensions, indicators }: ReportDefinitions,
  { topics: known, texts }: { topics: ReadonlySet<string>; texts: Texts },
): Fault[] {
  const counted = new Set(dimensions.flatMap((one) => one.topics))
  const keys = [
    ...dimensions.map(({ id }) => `reports.dimension.${id}`),
    ...indicators.flatMap(({ id, relation, unit }) => [
      `reports.indicator.${id}`,
      `reports.relation.${relation}`,
      `reports.unit.${unit}`,
    ]),
  ]
  return [
    ...[...known].filter((topic) => !counted.has(topic)).map((topic) => `topic ${topic} belongs to no dimension`),
    ...[...counted].filter((topic) => !known.has(topic)).map((topic) => `there is no topic ${topic}`),
    ...LANGUAGES.flatMap((language) =>
      keys.filter((key) => !texts.has(language, key)).map((key) => `text ${key} is missing in locales/${language}`),
    ),
  ].map((what) => ({ where: NAME, what }))
}

function twice(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))]
}

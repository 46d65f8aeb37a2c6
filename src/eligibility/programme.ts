/**
 * A programme: one benefit the office runs, with its versions by date, criteria, benefit, papers, place and legal basis.
 * This file holds the shape of `flows/programmes/*.yaml` and turns a file into something that can be judged. Pure.
 */
import { z } from 'zod'
import { type AmountSeries, amountSchema } from './amounts.ts'
import { basisSchema, confidenceSchema, daySchema, endSchema } from './basis.ts'
import { compileRange, criteriaSchema, type Lookup, OFFICER, type Range, type Rule, toRule, YES } from './criteria.ts'
import { buildDiagram, type Diagram } from './diagram.ts'
import type { FactDefinition } from './facts.ts'

export const OUTCOMES = ['eligible', 'not_eligible', 'unknown', 'needs_officer', 'not_in_force'] as const
export type Outcome = (typeof OUTCOMES)[number]

const id = z.string().regex(/^[a-z][a-z0-9_]*$/, 'write an id in small letters, digits and _')

/** A text named by its id, for some days only when dates are given. */
const datedTextSchema = z.strictObject({ id, from: daySchema.optional(), to: daySchema.optional() })

const benefitSchema = z.strictObject({
  /** Last part of the text key `programmes.<programme>.<key>`. */
  key: id,
  when: criteriaSchema.optional(),
  amounts: z.array(amountSchema).default([]),
})

const versionSchema = z.strictObject({
  id: z.string(),
  from: daySchema,
  to: endSchema,
  confidence: confidenceSchema,
  basis: z.array(z.string()).min(1),
  criteria: criteriaSchema,
  /** The first whose `when` holds is what the person may get. */
  benefit: z.array(benefitSchema).min(1),
  papers: z.array(z.strictObject({ id, confidence: confidenceSchema })),
  where: z.array(datedTextSchema).min(1),
  decides: z.array(datedTextSchema).min(1),
  time_limit: z
    .strictObject({ days: z.int().positive(), kind: z.enum(['working', 'calendar']), confidence: confidenceSchema })
    .optional(),
})

export const programmeFileSchema = z.strictObject({
  id,
  kind: z.enum(['entitlement', 'discretionary', 'procedure', 'referral']),
  topic: id,
  subject: z.enum(['h', 'p']),
  /** Only the best of a group is paid; rank 1 is the best. Never changes an outcome. */
  exclusive: z.strictObject({ group: id, rank: z.int().positive() }).optional(),
  /** Programmes to look at when this one is refused or has ended. */
  related: z.array(id).default([]),
  basis: z.record(z.string(), basisSchema),
  /** Periods without any rule between two versions, said on purpose. */
  holes: z.array(z.strictObject({ from: daySchema, to: daySchema })).default([]),
  /** Numbers between two groups that qualify, left out by the law on purpose: the young and the old, say. */
  gaps: z.array(z.strictObject({ fact: z.string(), from: z.number(), to: z.number() })).default([]),
  versions: z.array(versionSchema).min(1),
  examples: z
    .array(
      z.strictObject({
        given: z.record(z.string(), z.union([z.boolean(), z.number(), z.string(), z.null()])),
        date: daySchema,
        expect: z.enum(OUTCOMES),
        reason: z.enum(['ended', 'not_begun']).optional(),
        decided_by: z.array(z.string()).optional(),
        missing: z.array(z.string()).optional(),
      }),
    )
    .min(4),
})
export type ProgrammeFile = z.output<typeof programmeFileSchema>

export interface Benefit extends Readonly<z.output<typeof benefitSchema>> {
  /** How far `when` holds; a benefit without `when` holds for everybody. */
  readonly applies: (known: Lookup) => Range
  readonly rule: Rule | undefined
  readonly facts: readonly string[]
}

export interface ProgrammeVersion extends Omit<Readonly<z.output<typeof versionSchema>>, 'benefit'> {
  readonly rule: Rule
  readonly diagram: Diagram
  readonly benefit: readonly Benefit[]
}

export interface Programme extends Omit<Readonly<ProgrammeFile>, 'versions'> {
  /** Oldest first. */
  readonly versions: readonly ProgrammeVersion[]
  readonly amounts: ReadonlyMap<string, AmountSeries>
  /** Needed for facts that only the benefit or a derivation looks at. */
  readonly facts: ReadonlyMap<string, FactDefinition>
}

export interface EligibilityDefinitions {
  facts: ReadonlyMap<string, FactDefinition>
  programmes: ReadonlyMap<string, Programme>
}

/** Makes a programme file ready to be judged. Its facts and amounts must have been checked (`structuralFaults`). */
export function compileProgramme(
  file: ProgrammeFile,
  facts: ReadonlyMap<string, FactDefinition>,
  amounts: ReadonlyMap<string, AmountSeries>,
): Programme {
  const atBest = file.kind === 'discretionary' || file.kind === 'referral' ? OFFICER : YES
  const versions = file.versions
    .toSorted((a, b) => (a.from < b.from ? -1 : 1))
    .map((version) => {
      const rule = toRule(version.criteria, version.confidence === 'unverified')
      return {
        ...version,
        rule,
        diagram: buildDiagram(rule, facts, atBest),
        benefit: version.benefit.map((benefit) => {
          const when = benefit.when === undefined ? undefined : toRule(benefit.when, false)
          const applies = when ? compileRange(when) : always
          return { ...benefit, applies, rule: when, facts: when ? factsOf(when) : [] }
        }),
      }
    })
  return { ...file, versions, amounts, facts }
}

const always = (): Range => ({ worst: YES, best: YES })

export function factsOf(rule: Rule): string[] {
  return rule.kind === 'leaf' ? [rule.test.fact] : [...new Set(rule.parts.flatMap(factsOf))]
}

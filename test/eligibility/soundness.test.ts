import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileRange, OFFICER, type Result, YES } from '../../src/eligibility/criteria.ts'
import { determine } from '../../src/eligibility/determine.ts'
import { type FactDefinition, type Facts, type FactValue, knownValue } from '../../src/eligibility/facts.ts'
import type { Programme, ProgrammeVersion } from '../../src/eligibility/programme.ts'
import { screen } from '../../src/eligibility/screen.ts'
import { definitions } from './definitions.ts'

const all = definitions()
const versions = [...all.programmes.values()].flatMap((programme) =>
  programme.versions.map((version) => [`${programme.id} ${version.id}`, programme, version] as const),
)

/** Facts the rule looks at, and those from which they follow. */
function factsAround(version: ProgrammeVersion): FactDefinition[] {
  const ids = version.diagram.variables.flatMap(({ fact }) => {
    const derived = fact.derived ?? []
    return [fact.id, ...derived.flatMap((one) => ('quotient' in one ? one.quotient : [one.when.fact]))]
  })
  return [...new Set(ids)].flatMap((id) => all.facts.get(id) ?? [])
}

function anyValue(version: ProgrammeVersion, fact: FactDefinition): fc.Arbitrary<FactValue> {
  const examples = version.diagram.variables.find((variable) => variable.fact.id === fact.id)?.examples ?? []
  const free =
    fact.type === 'bool'
      ? fc.boolean()
      : fact.type === 'enum'
        ? fc.constantFrom(...(fact.values ?? []))
        : fact.type === 'text'
          ? fc.string({ maxLength: 5 })
          : fc.integer({ min: fact.min ?? 0, max: Math.min(fact.max ?? 100, 5_000_000) })
  return examples.length > 0 ? fc.oneof(fc.constantFrom(...examples), free) : free
}

/** Each fact is given, said to be unknown, or not spoken of. */
function someFacts(version: ProgrammeVersion): fc.Arbitrary<Facts> {
  const entries = factsAround(version).map((fact) => [
    fact.id,
    fc.oneof({ weight: 3, arbitrary: anyValue(version, fact) }, fc.constant(null), fc.constant(undefined)),
  ])
  return fc.record(Object.fromEntries(entries)).map((facts) => {
    const said = Object.entries(facts as Record<string, FactValue | null | undefined>)
    return Object.fromEntries(said.filter(([, value]) => value !== undefined)) as Facts
  })
}

function everyFact(version: ProgrammeVersion): fc.Arbitrary<Record<string, FactValue>> {
  return fc.record(Object.fromEntries(factsAround(version).map((fact) => [fact.id, anyValue(version, fact)])))
}

/** What is known, then what was assumed, then chance for all the rest. */
function complete(
  version: ProgrammeVersion,
  facts: Facts,
  assumed: string[],
  chance: Record<string, FactValue>,
): Facts {
  return Object.fromEntries(
    factsAround(version).flatMap((fact): [string, FactValue][] => {
      const said = knownValue(fact, facts)
      if (said !== undefined && said !== null) return [[fact.id, said]]
      if (assumed.includes(fact.id) && fact.assumed !== undefined) return [[fact.id, fact.assumed]]
      const value = chance[fact.id]
      return value === undefined ? [] : [[fact.id, value]]
    }),
  )
}

/** The outcome with everything known, by the tree of criteria alone: no diagram, no assumption. */
function plainOutcome(programme: Programme, version: ProgrammeVersion, facts: Facts): string {
  const range = compileRange(version.rule)((id) => facts[id] ?? undefined)
  if (range.worst !== range.best) throw new Error('a complete person must have one outcome')
  const byOffice = programme.kind === 'discretionary' || programme.kind === 'referral'
  const result: Result = byOffice && range.best === YES ? OFFICER : range.best
  return ['not_eligible', 'needs_officer', 'eligible'][result] ?? ''
}

/** Every combination of values of the facts that are missing, one value of each class. */
function completions(version: ProgrammeVersion, missing: string[]): Record<string, FactValue>[] {
  return missing.reduce<Record<string, FactValue>[]>(
    (all, id) => {
      const examples = version.diagram.variables.find(({ fact }) => fact.id === id)?.examples ?? []
      return all.flatMap((one) => examples.map((value) => ({ ...one, [id]: value })))
    },
    [{}],
  )
}

describe('a settled outcome', () => {
  it.each(versions)('%s: stays the same whatever else is true of the person', (_, programme, version) => {
    fc.assert(
      fc.property(someFacts(version), everyFact(version), (facts, chance) => {
        const found = determine(programme, facts, version.from)

        const outcome = plainOutcome(programme, version, complete(version, facts, found.assumed, chance))

        expect(['unknown', outcome]).toContain(found.outcome)
        expect(found.assumed.filter((id) => id in facts)).toEqual([])
      }),
      { numRuns: 200 },
    )
  })
})

describe('an open outcome', () => {
  it.each(versions)('%s: names the facts that can still change it, and no other', (_, programme, version) => {
    fc.assert(
      fc.property(someFacts(version), (facts) => {
        const { missing, assumed, outcome } = determine(programme, facts, version.from)
        fc.pre(missing.length <= 5)
        const people = completions(version, missing)
        const outcomeOf = (person: Record<string, FactValue>) =>
          plainOutcome(programme, version, complete(version, facts, assumed, { ...ordinary(version), ...person }))

        const decisive = missing.filter((id) => {
          const others = new Map<string, Set<string>>()
          for (const person of people) {
            const rest = JSON.stringify({ ...person, [id]: null })
            others.set(rest, (others.get(rest) ?? new Set()).add(outcomeOf(person)))
          }
          return [...others.values()].some((outcomes) => outcomes.size > 1)
        })

        expect(decisive).toEqual(missing)
        expect(outcome === 'unknown').toBe(missing.length > 0)
      }),
      { numRuns: 25 },
    )
  })
})

/** Some value for each fact that the determination does not depend on. */
function ordinary(version: ProgrammeVersion): Record<string, FactValue> {
  return Object.fromEntries(
    version.diagram.variables.flatMap(({ fact, examples }): [string, FactValue][] =>
      examples[0] === undefined ? [] : [[fact.id, examples[0]]],
    ),
  )
}

describe('asking for one programme', () => {
  it('gives the same outcome as asking for all', () => {
    const day = '2026-11-23'
    const shared = [...all.programmes.values()].flatMap((programme) => programme.versions.at(-1) ?? [])
    const anyone = fc.tuple(...shared.map(someFacts)).map((parts) => Object.assign({}, ...parts) as Facts)

    fc.assert(
      fc.property(anyone, fc.constantFrom(...all.programmes.keys()), (facts, id) => {
        const alone = screen(all, facts, day, [id]).determinations[0]
        const among = screen(all, facts, day).determinations.find((one) => one.programme === id)

        expect(alone).toEqual(among)
        expect(alone?.programme).toBe(id)
      }),
      { numRuns: 100 },
    )
  })
})

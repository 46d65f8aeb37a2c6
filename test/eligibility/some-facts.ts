import fc from 'fast-check'
import type { FactDefinition, Facts, FactValue } from '../../src/eligibility/facts.ts'
import type { EligibilityDefinitions } from '../../src/eligibility/programme.ts'

/** Values that some rule tells apart, and for lack of those some value of the fact. */
export function valuesOf({ programmes }: EligibilityDefinitions, fact: FactDefinition): FactValue[] {
  const variables = [...programmes.values()].flatMap(({ versions }) => versions.flatMap((one) => one.diagram.variables))
  const told = variables.filter((one) => one.fact.id === fact.id).flatMap(({ examples }) => examples)
  if (told.length > 0) return [...new Set(told)]
  if (fact.type === 'bool') return [true, false]
  return fact.type === 'int' ? [fact.min ?? 0, fact.max ?? 1] : [...(fact.values ?? [''])]
}

/** What somebody may have said: of most facts nothing, of some that they do not know. */
export function someFacts(definitions: EligibilityDefinitions): fc.Arbitrary<Facts> {
  const values = [...definitions.facts.values()].map((fact) => ({ id: fact.id, values: valuesOf(definitions, fact) }))
  const one = fc
    .constantFrom(...values)
    .chain(({ id, values: some }) => fc.tuple(fc.constant(id), fc.constantFrom(...some, null)))
  return fc.array(one, { maxLength: 25 }).map((said) => Object.fromEntries(said))
}

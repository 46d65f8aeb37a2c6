import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { determine } from '../../src/eligibility/determine.ts'
import { type FactValue, knownValue } from '../../src/eligibility/facts.ts'
import { celOf } from './cel.ts'
import { definitions } from './definitions.ts'
import { someFacts, valuesOf } from './some-facts.ts'

const all = definitions()
const versions = [...all.programmes.values()].flatMap((programme) =>
  programme.versions.map((version) => ({
    programme,
    version,
    cel: celOf(programme, version),
    facts: version.diagram.variables.map(({ fact }) => ({ fact, values: valuesOf(all, fact) })),
  })),
)
const values = new Map([...all.facts.values()].map((fact) => [fact.id, valuesOf(all, fact)]))

/** Somebody of whom everything is known; `choices` picks the values. */
function everything(choices: readonly number[]): Record<string, FactValue> {
  const picked = [...values].map(([id, some], index) => [id, some[(choices[index] ?? 0) % some.length]])
  return Object.fromEntries(picked)
}
const choices = fc.array(fc.nat({ max: 1000 }), { minLength: values.size, maxLength: values.size })

describe('the Common Expression Language', () => {
  it('comes to the same outcome for people of whom all is known, for every version of every programme', () => {
    fc.assert(
      fc.property(choices, (chosen) => {
        const person = everything(chosen)

        const differing = versions.filter(
          ({ programme, version, cel }) => determine(programme, person, version.from).outcome !== cel(person),
        )

        expect(differing.map(({ programme, version }) => `${programme.id} ${version.id}`)).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  it('comes to the settled outcome for whoever agrees with what was said and what is shown as assumed', () => {
    fc.assert(
      fc.property(someFacts(all), choices, (said, chosen) => {
        const others = everything(chosen)

        const differing = versions.filter(({ programme, version, cel, facts }) => {
          const { outcome, assumed } = determine(programme, said, version.from)
          const completed = facts.map(({ fact }) => {
            const shown = assumed.includes(fact.id) ? fact.assumed : undefined
            return [fact.id, knownValue(fact, said) ?? shown ?? others[fact.id]]
          })
          return outcome !== 'unknown' && outcome !== cel(Object.fromEntries(completed))
        })

        expect(differing.map(({ programme, version }) => `${programme.id} ${version.id}`)).toEqual([])
      }),
      { numRuns: 60 },
    )
  })
})

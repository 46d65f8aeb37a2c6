import { checkEligibility } from '../../src/eligibility/check.ts'
import { type FactDefinition, factsFileSchema } from '../../src/eligibility/facts.ts'
import {
  compileProgramme,
  type EligibilityDefinitions,
  type Programme,
  type ProgrammeFile,
  programmeFileSchema,
} from '../../src/eligibility/programme.ts'
import { programmeFaults } from '../../src/eligibility/structure.ts'

const { facts: vocabulary } = factsFileSchema.parse({
  facts: {
    age: { type: 'int', min: 0, max: 120, subject: 'p' },
    status: { type: 'enum', values: ['poor', 'near_poor', 'none'], subject: 'h' },
    area: { type: 'enum', values: ['urban', 'rural'], subject: 'h' },
    merit: { type: 'bool', subject: 'p', assumed: false },
  },
})
export const tinyFacts = new Map<string, FactDefinition>(
  Object.entries(vocabulary).map(([id, fact], order) => [id, { ...fact, id, order }]),
)

export const amounts = new Map([
  [
    'standard',
    {
      unit: 'VND',
      holes: [],
      values: [
        { from: '2020-01-01', to: '2021-12-31', value: 1, confidence: 'high' as const, document: 'Decree 1' },
        { from: '2023-01-01', to: null, value: 2, confidence: 'high' as const, document: 'Decree 2' },
      ],
    },
  ],
])

export const grown = { id: 'grown', fact: 'age', atLeast: 60 }
export const poor = { id: 'poor', fact: 'status', is: 'poor' }

interface Tiny {
  kind?: string
  exclusive?: { group: string; rank: number }
  gaps?: unknown[]
  holes?: unknown[]
  basis?: Record<string, { from: string; to: string | null }>
  /** Replaces parts of the one version; several make several versions. */
  versions?: Record<string, unknown>[]
  examples?: unknown[]
}

/** A sound programme for poor people of 60 and more, with whatever is said otherwise. */
export function tinyFile(change: Tiny = {}): ProgrammeFile {
  const basis = Object.entries(change.basis ?? { law: { from: '2020-01-01', to: null } }).map(([key, days]) => [
    key,
    { document: `Law ${key}`, article: null, ...days, confidence: 'high', source: 'https://example.org' },
  ])
  const version = {
    id: '2020',
    from: '2020-01-01',
    to: null,
    confidence: 'high',
    basis: ['law'],
    criteria: { all: [grown, poor] },
    benefit: [{ key: 'benefit' }],
    papers: [],
    where: [{ id: 'commune' }],
    decides: [{ id: 'commune' }],
  }
  const examples = [
    { given: { age: 60, status: 'poor' }, date: '2026-01-01', expect: 'eligible', decided_by: ['grown', 'poor'] },
    { given: { age: 59, status: 'poor' }, date: '2026-01-01', expect: 'not_eligible', decided_by: ['grown'] },
    { given: { age: 60, status: 'none' }, date: '2026-01-01', expect: 'not_eligible', decided_by: ['poor'] },
    { given: {}, date: '2026-01-01', expect: 'unknown', missing: ['age', 'status'] },
  ]
  return programmeFileSchema.parse({
    id: 'tiny',
    kind: 'entitlement',
    topic: 'tiny',
    subject: 'p',
    ...change,
    basis: Object.fromEntries(basis),
    versions: (change.versions ?? [{}]).map((one) => ({ ...version, ...one })),
    examples: [...examples, ...(change.examples ?? [])],
  })
}

export function tinyDefinitions(...programmes: Programme[]): EligibilityDefinitions {
  return { facts: tinyFacts, programmes: new Map(programmes.map((one) => [one.id, one])) }
}

export function tinyProgramme(change: Tiny = {}): Programme {
  return compileProgramme(tinyFile(change), tinyFacts, amounts)
}

/** What `npm run check` says of the file, as `where: what`; the faults met while reading come alone. */
export function faultsOf(change: Tiny): string[] {
  const read = programmeFaults(tinyFile(change), tinyFacts, amounts, 'flows/programmes/tiny.yaml')
  const faults = read.length > 0 ? read : checkEligibility(tinyDefinitions(tinyProgramme(change))).faults
  return faults.map(({ where, what }) => `${where.replace('flows/programmes/', '')}: ${what}`)
}

/** The same, without the remarks on examples: a changed rule also needs others. */
export function ruleFaultsOf(change: Tiny): string[] {
  return faultsOf(change).filter((fault) => !/example/.test(fault))
}

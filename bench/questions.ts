/**
 * How many questions a screening takes, and how much it settles, against two plain orders of asking. 200 generated
 * households answer as they truthfully would, at times "I don't know". Run with `node bench/questions.ts`.
 *
 * All three may ask the same questions: none that is private or meant for those who name a programme, unless one was
 * named; none again. The fixed order takes the facts as `flows/facts.yaml` has them and asks each that an open programme
 * names anywhere in its rule. Counting takes the fact that most open programmes still miss.
 */
import { join } from 'node:path'
import { inForce } from '../src/eligibility/basis.ts'
import { leavesOf } from '../src/eligibility/criteria.ts'
import { type Determination, determine } from '../src/eligibility/determine.ts'
import {
  type FactDefinition,
  type Facts,
  type FactTest,
  type FactValue,
  knownValue,
  passes,
} from '../src/eligibility/facts.ts'
import type { EligibilityDefinitions, Programme } from '../src/eligibility/programme.ts'
import { readEligibility } from '../src/eligibility/read-programmes.ts'
import { screen } from '../src/eligibility/screen.ts'
import { type Household, households } from './questions/households.ts'
import { randomFrom } from './questions/random.ts'

const DAY = '2026-11-23'
const COUNT = 200
const SEED = 103
const TRIES = 500
const HOPEFUL: readonly string[] = ['eligible', 'needs_officer']

const read = readEligibility(join(import.meta.dirname, '../flows'))
if ('faults' in read) throw new Error(JSON.stringify(read.faults))
const definitions: EligibilityDefinitions = read.value
const programmes = [...definitions.programmes.values()].filter((one) =>
  one.versions.some((version) => inForce(version, DAY)),
)
const namedFacts = new Map(programmes.map((one) => [one.id, factsNamedBy(one)]))
const answersOf = new Map([...definitions.facts.keys()].map((fact) => [fact, valuesOf(fact)]))

/** The next question, `null` at the end. `named` = the programmes asked for by name; undefined = all. */
type Order = (said: Facts, named: Programme | undefined) => string | null

const ORDERS = {
  planner: (said, named) => screen(definitions, said, DAY, named && [named.id]).nextQuestion,
  'fixed order': (said, named) => {
    const open = openOnes(said, named)
    const wanted = new Set(open.flatMap((one) => namedFacts.get(one.programme) ?? []))
    return askable(said, named).find((fact) => wanted.has(fact.id))?.id ?? null
  },
  'counting missing facts': (said, named) => {
    const missing = openOnes(said, named).flatMap((one) => one.missing)
    const counts = askable(said, named).map(({ id }) => ({ id, count: missing.filter((one) => one === id).length }))
    const most = Math.max(1, ...counts.map(({ count }) => count))
    return counts.find(({ count }) => count === most)?.id ?? null
  },
} as const satisfies Record<string, Order>
type OrderName = keyof typeof ORDERS
const NAMES = Object.keys(ORDERS) as OrderName[]

interface Run {
  asked: string[]
  irrelevant: string[]
  said: Facts
}

function factsNamedBy(programme: Programme): string[] {
  const version = programme.versions.find((one) => inForce(one, DAY))
  return version === undefined ? [] : leavesOf(version.rule).map((leaf) => leaf.test.fact)
}

function openOnes(said: Facts, named: Programme | undefined): Determination[] {
  return (named === undefined ? programmes : [named])
    .map((programme) => determine(programme, said, DAY))
    .filter((one) => one.outcome === 'unknown')
}

/** One answer of each kind that some rule, or what follows from the answer, tells apart. */
function valuesOf(fact: string): FactValue[] {
  const variables = programmes.flatMap((one) => one.versions.flatMap((version) => version.diagram.variables))
  const told = variables.filter((one) => one.fact.id === fact).flatMap((one) => one.examples)
  const sources = [...definitions.facts.values()].flatMap(({ derived = [] }) =>
    derived.flatMap((one) => ('when' in one && one.when.fact === fact ? [one.when] : [])),
  )
  const limits = sources.flatMap(({ is, in: list = [], atLeast }) => [is, ...list, atLeast, (atLeast ?? 1) - 1])
  return [...new Set([...told, ...limits.filter((limit) => limit !== undefined)])].filter(
    (value) => typeof value === typeof (told[0] ?? value),
  )
}

/** In the order of `facts.yaml`. Takes heed of `askWhen` as the planner does: it belongs to the questions. */
function askable(said: Facts, named: Programme | undefined): FactDefinition[] {
  return [...definitions.facts.values()].filter((fact) => {
    if (!fact.ask || knownValue(fact, said) !== undefined) return false
    return named !== undefined || (!fact.sensitive && !fact.named && !isUnlikely(fact, said))
  })
}

function isUnlikely({ askWhen, askUnless }: FactDefinition, said: Facts): boolean {
  const isMet = (test: FactTest | undefined) => {
    const source = test && definitions.facts.get(test.fact)
    const value = source && knownValue(source, said)
    return test === undefined || value === undefined || value === null ? undefined : passes(test, value)
  }
  return isMet(askWhen) === false || isMet(askUnless) === true
}

function interview(household: Household, order: Order, named?: Programme): Run {
  const said: Record<string, FactValue | null> = {}
  const run: Run = { asked: [], irrelevant: [], said }
  for (let fact = order(said, named); fact !== null; fact = order(said, named)) {
    if (isIrrelevant(fact, said, named)) run.irrelevant.push(fact)
    run.asked.push(fact)
    said[fact] = household.answer(fact)
  }
  return run
}

/**
 * Whether no outcome can change any more by the answer, whatever else is answered: every answer leaves it as it is with
 * all other questions open, and with hundreds of ways in which they may be answered. Tried out, without the planner's
 * own reckoning; facts that may not be asked stay open.
 */
function isIrrelevant(fact: string, said: Facts, named: Programme | undefined): boolean {
  return !(named === undefined ? programmes : [named]).some((programme) => {
    const { outcome, missing } = determine(programme, said, DAY)
    if (outcome !== 'unknown' || !missing.some((id) => id === fact || sourcesOf(id).includes(fact))) return false
    const others = askable(said, named).filter(({ id }) => id !== fact && missing.includes(id))
    const random = randomFrom(SEED)
    const tries = others.length === 0 ? 1 : TRIES
    return Array.from({ length: tries }).some((_, index) => {
      const answered = index === 0 ? [] : others.map(({ id }) => [id, random.pick(answersOf.get(id) ?? [])] as const)
      const facts = { ...said, ...Object.fromEntries(answered) }
      const before = index === 0 ? outcome : undefined
      const ends = (answersOf.get(fact) ?? []).map((value) => determine(programme, { ...facts, [fact]: value }, DAY))
      return new Set([...ends.map((end) => end.outcome), before ?? ends[0]?.outcome]).size > 1
    })
  })
}

/** Facts from which this one follows. */
function sourcesOf(id: string): string[] {
  const { derived = [], assumedWithout = [] } = definitions.facts.get(id) ?? {}
  return [...derived.flatMap((one) => ('quotient' in one ? one.quotient : [one.when.fact])), ...assumedWithout]
}

/** What became of the programmes by the end, held against the outcomes with the whole truth known. */
function endOf({ said }: Run, { truth }: Household, named: Programme | undefined) {
  const ends = (named === undefined ? programmes : [named]).map((programme) => ({
    id: programme.id,
    outcome: determine(programme, said, DAY).outcome,
    isDeserved: HOPEFUL.includes(determine(programme, truth, DAY).outcome),
  }))
  const open = ends.filter(({ outcome }) => outcome === 'unknown')
  const deserved = ends.filter(({ isDeserved }) => isDeserved)
  return {
    settled: ends.length - open.length,
    open: open.length,
    found: deserved.filter(({ outcome }) => HOPEFUL.includes(outcome)).length,
    leftOpen: deserved.filter(({ outcome }) => outcome === 'unknown').map(({ id }) => id),
    missed: deserved.filter(({ outcome }) => outcome === 'not_eligible').map(({ id }) => id),
  }
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const middle = (values: readonly number[]) => `${quantile(values, 0.5)} / ${quantile(values, 0.95)}`

function counted(ids: readonly string[]): string {
  const counts = [...Map.groupBy(ids, (id) => id)].map(([id, group]) => ({ id, count: group.length }))
  return counts
    .toSorted((a, b) => b.count - a.count)
    .map(({ id, count }) => `${id} ${count}`)
    .join(', ')
}

function tellAll(people: readonly Household[]): string[] {
  const rows = NAMES.map((name) => {
    const runs = people.map((household) => ({ household, run: interview(household, ORDERS[name]) }))
    return { name, runs, ends: runs.map(({ household, run }) => endOf(run, household, undefined)) }
  })
  const [planner] = rows
  const byKind = Map.groupBy(planner?.runs ?? [], ({ household }) => household.kind)
  return [
    `### All ${programmes.length} programmes in force at once`,
    '',
    '| | questions, median / p95 | irrelevant | programmes settled | open | deserved: found | left open | refused by an assumption |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map(({ name, runs, ends }) => {
      const questions = middle(runs.map(({ run }) => run.asked.length))
      const irrelevant = runs.flatMap(({ run }) => run.irrelevant).length
      const figures = [
        mean(ends.map(({ settled }) => settled)),
        mean(ends.map(({ open }) => open)),
        mean(ends.map(({ found }) => found)),
        mean(ends.map(({ leftOpen }) => leftOpen.length)),
        mean(ends.map(({ missed }) => missed.length)),
      ]
      return `| ${name} | ${questions} | ${irrelevant} | ${figures.map((one) => one.toFixed(1)).join(' | ')} |`
    }),
    '',
    'Goal: median ≤ 8, no irrelevant question. Programmes: mean of a household. Deserved: with the whole truth known the',
    'person is entitled or an office decides.',
    '',
    `Asked by the planner, households: ${counted((planner?.runs ?? []).flatMap(({ run }) => run.asked))}.`,
    '',
    `Deserved and left open by the planner: ${counted((planner?.ends ?? []).flatMap(({ leftOpen }) => leftOpen))}.`,
    '',
    `Deserved and refused by an assumption: ${counted((planner?.ends ?? []).flatMap(({ missed }) => missed))}.`,
    '',
    '| household and member | people | questions of the planner, median / p95 |',
    '| --- | --- | --- |',
    ...[...byKind].map(
      ([kind, runs]) => `| ${kind} | ${runs.length} | ${middle(runs.map(({ run }) => run.asked.length))} |`,
    ),
  ]
}

function tellEach(people: readonly Household[]): string[] {
  const runs = programmes.map((programme) => ({
    programme,
    of: NAMES.map((name) => people.map((household) => interview(household, ORDERS[name], programme))),
  }))
  const each = NAMES.map((_, index) => runs.flatMap(({ of }) => of[index] ?? []))
  const row = (name: string, of: readonly (readonly Run[])[]) =>
    `| ${name} | ${of.map((some) => middle(some.map(({ asked }) => asked.length))).join(' | ')} |`
  const irrelevant = each.map((some) => some.flatMap((run) => run.irrelevant).length)
  const means = each.map((some) => mean(some.map(({ asked }) => asked.length)).toFixed(2))
  return [
    '### One programme alone, asked for by name',
    '',
    `| questions, median / p95 | ${NAMES.join(' | ')} |`,
    `| --- | ${NAMES.map(() => '---').join(' | ')} |`,
    row('each programme with each household', each),
    `| mean | ${means.join(' | ')} |`,
    `| irrelevant questions | ${irrelevant.join(' | ')} |`,
    ...runs.map(({ programme, of }) => row(programme.id, of)),
  ]
}

const people = households(COUNT, SEED)
const lines = [
  '## Questions of a screening',
  '',
  `${COUNT} generated households of the plan's target groups (seed ${SEED}), one member each, answering truthfully and at times`,
  `"I don't know", on ${DAY}. Irrelevant: the answer can change no outcome any more, whatever else is answered.`,
  '',
  ...tellAll(people),
  '',
  ...tellEach(people),
]
process.stdout.write(`${lines.join('\n')}\n\n`)

/**
 * How fast all programmes are judged for one person, against the same rules as generated source (what a compiler from
 * YAML to JavaScript would write) and in json-rules-engine. Run with `node bench/eligibility.ts`.
 *
 * People come as they come in: with what a screening asked of them, with half of everything, with everything. All sides
 * are warmed up with all of them and then take turns. No person is judged twice in a timed round, and no two rounds have
 * the same people: judgements kept of people alike count, those of the very same do not. One row keeps
 * nothing. Before anything is timed, outcomes are compared person by person.
 */
import { join } from 'node:path'
import { inForce } from '../src/eligibility/basis.ts'
import { judgeAnew, judgePerson } from '../src/eligibility/determine.ts'
import { type Facts, type FactValue, knownValue } from '../src/eligibility/facts.ts'
import { programmeOn } from '../src/eligibility/on-day.ts'
import { Person } from '../src/eligibility/person.ts'
import { readEligibility } from '../src/eligibility/read-programmes.ts'
import { decideAll, judgeAll, screen } from '../src/eligibility/screen.ts'
import { generate } from './eligibility/generated-source.ts'
import { engineFor } from './eligibility/json-rules.ts'
import { type Household, households } from './questions/households.ts'
import { randomFrom } from './questions/random.ts'

const DAY = '2026-11-23'
const SEED = 2026
const ROUNDS = 15
const PEOPLE = 400
/** json-rules-engine takes milliseconds a person. */
const ENGINE_PEOPLE = 20

const read = readEligibility(join(import.meta.dirname, '../flows'))
if ('faults' in read) throw new Error(JSON.stringify(read.faults))
const definitions = read.value
const programmes = [...definitions.programmes.values()].flatMap((programme) => {
  const version = programme.versions.find((one) => inForce(one, DAY))
  return version === undefined ? [] : [{ id: programme.id, programme, version, onDay: programmeOn(programme, DAY) }]
})
const source = new Map(programmes.map(({ id, programme, version }) => [id, generate(programme, version)]))
/** In the order of `definitions`; what is not in force today is so for everybody, on either side. */
const generated = [...definitions.programmes.keys()].map((id) => source.get(id))
const runRules = engineFor(programmes)

const KNOWN = {
  'after a screening': (household: Household) => {
    const said: Record<string, FactValue | null> = {}
    const next = () => screen(definitions, said, DAY).nextQuestion
    for (let fact = next(); fact !== null; fact = next()) said[fact] = household.answer(fact)
    return said
  },
  'half of everything': ({ truth }: Household, seed: number) => {
    const random = randomFrom(seed)
    return Object.fromEntries(Object.entries(truth).filter(() => random.isTrue(0.5)))
  },
  everything: ({ truth }: Household) => truth,
} as const satisfies Record<string, (household: Household, seed: number) => Facts>
type Kind = keyof typeof KNOWN
const KINDS = Object.keys(KNOWN) as Kind[]

/** As they come over the wire. */
function peopleOf(kind: Kind, seed: number, count = PEOPLE): Facts[] {
  return households(count, seed).map((household, index) =>
    JSON.parse(JSON.stringify(KNOWN[kind](household, seed + index))),
  )
}

const SIDES = {
  'generated, decision': (facts: Facts) => generated.map((one) => one?.decide(facts) ?? 'not_in_force'),
  'product, decision': (facts: Facts) => decideAll(definitions, facts, DAY),
  'generated, reasons': (facts: Facts) => generated.map((one) => one?.explain(facts) ?? 'not_in_force'),
  'product, reasons': (facts: Facts) => judgeAll(definitions, facts, DAY),
  'product, reasons, nothing kept': (facts: Facts) => {
    const person = new Person(facts, definitions.facts)
    return programmes.map(({ onDay }) => judgeAnew(onDay, person))
  },
  'product, screening step': (facts: Facts) => screen(definitions, facts, DAY),
} as const satisfies Record<string, (facts: Facts) => unknown>
type Side = keyof typeof SIDES
const NAMES = Object.keys(SIDES) as Side[]

/** With what follows and what is assumed: an engine of two values knows nothing of either. */
function filledIn(facts: Facts): Facts {
  const values = [...definitions.facts.values()].map((fact) => [fact.id, knownValue(fact, facts) ?? fact.assumed])
  return Object.fromEntries(values.filter(([, value]) => value !== undefined))
}

interface Comparison {
  outcomes: number
  contradicting: number
  leftOpen: number
  engineOutcomes: number
  engineContradicting: number
}

async function compare(): Promise<Comparison> {
  const found = { outcomes: 0, contradicting: 0, leftOpen: 0, engineOutcomes: 0, engineContradicting: 0 }
  for (const facts of KINDS.flatMap((kind) => peopleOf(kind, SEED))) {
    const ours = decideAll(definitions, facts, DAY)
    const judged = judgeAll(definitions, facts, DAY)
    const theirs = SIDES['generated, decision'](facts)
    for (const [index, outcome] of ours.entries()) {
      found.outcomes += 1
      if (judged[index]?.determination.outcome !== outcome) found.contradicting += 1
      if (theirs[index] === outcome) continue
      if (theirs[index] === 'unknown') found.leftOpen += 1
      else found.contradicting += 1
    }
  }
  for (const facts of peopleOf('everything', SEED, ENGINE_PEOPLE)) {
    const met = await runRules(filledIn(facts))
    for (const { id, onDay } of programmes) {
      const { outcome } = judgePerson(onDay, new Person(facts, definitions.facts)).determination
      if (outcome === 'unknown') continue
      found.engineOutcomes += 1
      if (met.has(id) !== (outcome !== 'not_eligible')) found.engineContradicting += 1
    }
  }
  return found
}

/** Microseconds of processor time a person: what else the machine does must not count. */
async function timeOf(people: readonly Facts[], judge: (facts: Facts) => unknown): Promise<number> {
  const before = process.cpuUsage()
  for (const facts of people) {
    const judged = judge(facts)
    if (judged instanceof Promise) await judged
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / people.length
}

async function measure() {
  for (const people of [0, 1, 2].flatMap((seed) => KINDS.map((kind) => peopleOf(kind, seed)))) {
    for (const name of NAMES) await timeOf(people, SIDES[name])
  }
  const times = new Map<string, number[]>()
  const note = (name: string, time: number) => times.set(name, [...(times.get(name) ?? []), time])
  for (let round = 0; round < ROUNDS; round++) {
    for (const kind of KINDS) {
      const people = peopleOf(kind, SEED + 1 + round * PEOPLE)
      // Whoever comes first finds the cache cold: each in turn.
      const order = [...NAMES.slice(round % NAMES.length), ...NAMES.slice(0, round % NAMES.length)]
      for (const name of order) note(`${kind}, ${name}`, await timeOf(people, SIDES[name]))
      const few = people.slice(0, ENGINE_PEOPLE).map(filledIn)
      if (round % 3 === 0) note(`${kind}, engine`, await timeOf(few, runRules))
    }
  }
  return times
}

function median(values: readonly number[] = []): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

const compared = await compare()
const times = await measure()
const micros = (kind: Kind, name: Side | 'engine') => median(times.get(`${kind}, ${name}`))
const row = (name: string, of: (kind: Kind) => string, goal: string) =>
  `| ${name} | ${KINDS.map(of).join(' | ')} | ${goal} |`
const time = (name: Side | 'engine') => (kind: Kind) => micros(kind, name).toFixed(1)
const ratio = (of: Side | 'engine', to: Side, digits: number) => (kind: Kind) =>
  (micros(kind, of) / micros(kind, to)).toFixed(digits)
const lines = [
  `## Rules: ${definitions.programmes.size} programmes, ${programmes.length} of them in force, for one person`,
  '',
  `Median of ${ROUNDS} rounds of ${PEOPLE} people never seen before; microseconds of processor time a person. Of ${compared.outcomes} outcomes`,
  `compared, ${compared.contradicting} contradict the generated source, which leaves ${compared.leftOpen} open that are settled; of`,
  `${compared.engineOutcomes} settled ones, ${compared.engineContradicting} contradict json-rules-engine.`,
  '',
  `| known of the person: | ${KINDS.join(' | ')} | goal |`,
  `| --- | ${KINDS.map(() => '---').join(' | ')} | --- |`,
  row('decision only: generated source, µs', time('generated, decision'), ''),
  row('decision only: product, µs', time('product, decision'), ''),
  row('**ratio**', ratio('generated, decision', 'product, decision', 2), '≥ 0.8'),
  row('with reasons and missing facts: generated source, µs', time('generated, reasons'), ''),
  row('with reasons and missing facts: product, µs', time('product, reasons'), ''),
  row('**ratio**', ratio('generated, reasons', 'product, reasons', 2), '≥ 0.45'),
  row('the same, nothing kept of people alike, µs', time('product, reasons, nothing kept'), ''),
  row('ratio', ratio('generated, reasons', 'product, reasons, nothing kept', 2), ''),
  row('json-rules-engine, µs', time('engine'), ''),
  row('**product is faster by**, decision only', ratio('engine', 'product, decision', 0), '≥ 150'),
  row('**product is faster by**, with reasons', ratio('engine', 'product, reasons', 0), ''),
  row('one step of a screening, next question included, µs', time('product, screening step'), ''),
]
process.stdout.write(`${lines.join('\n')}\n\n`)

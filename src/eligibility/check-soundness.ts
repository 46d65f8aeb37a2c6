/**
 * The proof that no answer is given too early: for what may be known of somebody, an outcome is definite exactly when
 * everybody who agrees with it, and with the assumptions shown, has that outcome. Pure; the same run checks the same.
 */
import type { Fault } from '../errors.ts'
import { NO, OFFICER, type Result, YES } from './criteria.ts'
import { determine } from './determine.ts'
import { type FactDefinition, type Facts, type FactValue, knownValue, passes } from './facts.ts'
import { everybody, type OpenFact, tellingValues, testsIn } from './oracle.ts'
import type { Outcome, Programme, ProgrammeVersion } from './programme.ts'

export interface SoundnessProof {
  faults: Fault[]
  /** Different things that may be known of somebody: each fact known, said to be unknown, or not spoken of. */
  situations: number
  /** How many there are; more than `situations` where only a sample was taken. */
  allSituations: number
  /** People who agree with the situations checked: every combination of values of the facts left open. */
  people: number
}

/**
 * Two passes. First every way in which somebody's facts can settle the criteria, all people of the version together.
 * Then what may be known of them: all situations where there are at most `most`, else a sample of that size.
 */
export function proveSoundness(programme: Programme, version: ProgrammeVersion, most: number): SoundnessProof {
  const where = `flows/programmes/${programme.id}.yaml version ${version.id}`
  const facts = factsOf(programme, version)
  const values = facts.map(({ fact, classes }) => situationsOf(fact, classes))
  const allSituations = values.reduce((product, one) => product * one.length, 1)
  const proof: SoundnessProof = { faults: classFaults(version, facts, where), situations: 0, allSituations, people: 0 }
  const isSound = (said: Facts): boolean => {
    const checked = checkSituation(programme, version, facts, said)
    proof.situations += 1
    proof.people += checked.people
    if (checked.what !== undefined) proof.faults.push({ where, what: checked.what })
    // One such fault shows where to look; thousands would hide the other faults.
    return checked.what === undefined
  }
  const nothing = Object.fromEntries(facts.map(({ fact }) => [fact.id, UNKNOWN]))
  everybody(programme, version, new Map(), facts.map(openFact), (person) =>
    isSound({ ...nothing, ...Object.fromEntries(person) }),
  )
  if (proof.faults.length > 0) return proof
  for (const situation of allSituations <= most ? every(values) : sample(values, most)) {
    const said = facts.flatMap(({ fact }, index): [string, FactValue | null][] => {
      const value = situation[index]
      return value === undefined ? [] : [[fact.id, value]]
    })
    if (!isSound(Object.fromEntries(said))) break
  }
  return proof
}

interface FactClasses {
  readonly fact: FactDefinition
  /** Values that every criterion treats alike, a class each; the first of a class stands for it. */
  readonly classes: readonly (readonly FactValue[])[]
}

function factsOf(programme: Programme, version: ProgrammeVersion): FactClasses[] {
  const tests = testsIn(version.criteria)
  return [...new Set(tests.map((test) => test.fact))].flatMap((id) => {
    const fact = programme.facts.get(id)
    if (fact === undefined) return []
    const own = tests.filter((test) => test.fact === id)
    const alike = new Map<string, FactValue[]>()
    for (const value of tellingValues(fact, own)) {
      const signature = own.map((test) => (passes(test, value) ? '1' : '0')).join('')
      alike.set(signature, [...(alike.get(signature) ?? []), value])
    }
    return [{ fact, classes: [...alike.values()] }]
  })
}

function openFact({ fact, classes }: FactClasses): OpenFact {
  return { fact: fact.id, values: classes.flatMap(([first]) => first ?? []) }
}

/** The diagram must put values together exactly where all criteria treat them alike. */
function classFaults(version: ProgrammeVersion, facts: readonly FactClasses[], where: string): Fault[] {
  return facts.flatMap(({ fact, classes }) => {
    const variable = version.diagram.variables.find((one) => one.fact.id === fact.id)
    const found = classes.map((values) => new Set(values.map((value) => variable?.classOf(value))))
    const isSame =
      found.every((one) => one.size === 1) && new Set(found.flatMap((one) => [...one])).size === found.length
    return isSame ? [] : [{ where, what: `the values of ${fact.id} are not told apart as the criteria do` }]
  })
}

const UNKNOWN = null
const UNSPOKEN = undefined
type Situation = readonly (FactValue | null | undefined)[]

/** "Said to be unknown" differs from "not spoken of" only where something is assumed. */
function situationsOf(fact: FactDefinition, classes: FactClasses['classes']): Situation {
  const values = classes.flatMap(([value]) => value ?? [])
  return fact.assumed === undefined ? [...values, UNSPOKEN] : [...values, UNKNOWN, UNSPOKEN]
}

function* every(values: readonly Situation[]): Generator<Situation> {
  const [first, ...rest] = values
  if (first === undefined) {
    yield []
    return
  }
  for (const value of first) for (const others of every(rest)) yield [value, ...others]
}

/** Always the same sample: a check that passes today and fails tomorrow would be no proof. */
function* sample(values: readonly Situation[], size: number): Generator<Situation> {
  let state = 1
  const random = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return state / 2 ** 32
  }
  for (let taken = 0; taken < size; taken++) {
    // From nearly nothing known to nearly all known, so that open and settled outcomes both occur.
    const share = random()
    yield values.map((one) => {
      const open = one.includes(UNKNOWN) ? 2 : 1
      const known = one.length - open
      const pick = random() < share ? Math.floor(random() * known) : known + Math.floor(random() * open)
      return one[pick]
    })
  }
}

const OUTCOMES: Record<Result, Outcome> = { [NO]: 'not_eligible', [OFFICER]: 'needs_officer', [YES]: 'eligible' }

function checkSituation(
  programme: Programme,
  version: ProgrammeVersion,
  facts: readonly FactClasses[],
  said: Facts,
): { people: number; what: string | undefined } {
  const { outcome, assumed } = determine(programme, said, version.from)
  const known = new Map<string, FactValue>()
  const open: OpenFact[] = []
  for (const one of facts) {
    const { fact } = one
    const value = knownValue(fact, said) ?? (assumed.includes(fact.id) ? fact.assumed : undefined)
    if (value !== undefined) known.set(fact.id, value)
    else open.push(openFact(one))
  }
  const people = open.reduce((product, one) => product * one.values.length, 1)
  const found = new Set<Outcome>()
  everybody(programme, version, known, open, (_, result) => found.add(OUTCOMES[result]).size < 2)
  const isRight = found.size > 1 ? outcome === 'unknown' : found.has(outcome)
  if (isRight) return { people, what: undefined }
  const given = Object.entries(said).map(([fact, value]) => `${fact} ${value ?? 'unknown'}`)
  const whom = given.length === 0 ? 'when nothing is known' : `for ${given.join(', ')}`
  return { people, what: `${whom} the outcome is ${outcome}, though people like that have ${[...found].join(' or ')}` }
}

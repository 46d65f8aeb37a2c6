import type { Determination } from '../eligibility/determine.ts'
import { explain, type Line } from '../eligibility/explain.ts'
import type { FactDefinition, Facts } from '../eligibility/facts.ts'
import { factLabel, factValueWords } from './fact-words.ts'
import { programmeName } from './rule-words.ts'
import type { ConsoleServices, Visit } from './visit.ts'

type Services = Pick<ConsoleServices, 'texts' | 'eligibility'>

/** One programme as it is told at the counter. */
export interface ToldProgramme {
  id: string
  name: string
  outcome: string
  reasons: string[]
  gains: string[]
  papers: string[]
  where: string
  decides: string
  basis: string[]
}

export interface ToldScreening {
  /** What the person may hope for. */
  helps: ToldProgramme[]
  unknown: ToldProgramme[]
  not: ToldProgramme[]
  over: ToldProgramme[]
  /** Ways to an office that are open to everybody, and what rests on assumptions alone. */
  referral: ToldProgramme[]
  /** What was taken for granted; `canChange`: there is a question for it. */
  assumed: { id: string; words: string; canChange: boolean }[]
}

const HELPS: readonly string[] = ['eligible', 'needs_officer']
const REASONS = /^reasons\.criteria\./
const GAINS = /^(programmes\.|reasons\.line\.(if_granted|superseded)$)/
const BASIS = /^reasons\.line\.(basis|basis_document|open_ended)$/

export function toldScreening(
  services: Services,
  visit: Visit,
  determinations: readonly Determination[],
): ToldScreening {
  const { texts, eligibility } = services
  const { language } = visit
  const tell = (these: (one: Determination) => boolean) =>
    determinations.filter(these).map((one) => toldProgramme(services, visit, one))
  const isOpenToAll = (one: Determination) =>
    HELPS.includes(one.outcome) && (one.kind === 'referral' || one.rests_on_assumptions)
  const isHelp = (one: Determination) => HELPS.includes(one.outcome) && !isOpenToAll(one)
  const assumed = new Set(determinations.filter(isHelp).flatMap((one) => one.assumed))
  return {
    helps: tell(isHelp),
    unknown: tell(({ outcome }) => outcome === 'unknown'),
    not: tell(({ outcome }) => outcome === 'not_eligible'),
    over: tell(({ outcome }) => outcome === 'not_in_force'),
    referral: tell(isOpenToAll),
    assumed: [...assumed].map((id) => {
      const value = eligibility.facts.get(id)?.assumed ?? null
      const words = `${factLabel(texts, language, id)}: ${factValueWords(texts, language, id, value)}`
      return { id, words, canChange: isAskable(services, visit, id) }
    }),
  }
}

function toldProgramme({ texts, eligibility }: Services, visit: Visit, one: Determination): ToldProgramme {
  const { language } = visit
  const lines = explain(eligibility, one)
  const say = (those: RegExp) => lines.filter(({ key }) => those.test(key)).flatMap((line) => wordsOf(line))
  const wordsOf = ({ key, values }: Line) => (texts.has(language, key) ? [texts.text(language, key, values)] : [])
  const name = (key: string) => (texts.has(language, key) ? texts.text(language, key) : key)
  return {
    id: one.programme,
    name: programmeName(texts, language, one.programme),
    outcome: visit.t(`outcome.${one.outcome}`),
    reasons: say(REASONS),
    gains: say(GAINS),
    papers: [
      ...one.papers.map(({ key }) => name(key)),
      ...(one.papers_to_confirm ? [texts.text(language, 'counter.papersOffice')] : []),
    ],
    where: name(one.where.key),
    decides: name(one.decides.key),
    basis: say(BASIS),
  }
}

export function isAskable({ texts, eligibility }: Services, { language }: Visit, id: string): boolean {
  return eligibility.facts.has(id) && texts.has(language, `facts.${id}.ask`)
}

/** A fact as a question; "not known" is an answer to each of them. */
export type FactQuestion = { id: string; words: string } & (
  | { kind: 'choice'; options: { value: string; label: string }[] }
  | { kind: 'number'; min: number; max: number | null }
  | { kind: 'text' }
)

export function factQuestion({ texts }: Services, { language }: Visit, fact: FactDefinition): FactQuestion {
  const { id } = fact
  const common = { id, words: texts.text(language, `facts.${id}.ask`) }
  if (fact.type === 'bool') {
    const options = ['true', 'false'].map((value) => ({
      value,
      label: texts.text(language, value === 'true' ? 'counter.yes' : 'counter.no'),
    }))
    return { ...common, kind: 'choice', options }
  }
  if (fact.type === 'enum') {
    const options = (fact.offer ?? fact.values ?? []).map((value) => ({
      value,
      label: factValueWords(texts, language, id, value),
    }))
    return { ...common, kind: 'choice', options }
  }
  if (fact.type === 'int') return { ...common, kind: 'number', min: fact.min ?? 0, max: fact.max ?? null }
  return { ...common, kind: 'text' }
}

export function saidWords({ texts }: Services, { language }: Visit, facts: Facts) {
  return Object.entries(facts).map(([id, value]) => ({
    id,
    label: factLabel(texts, language, id),
    value: factValueWords(texts, language, id, value),
  }))
}

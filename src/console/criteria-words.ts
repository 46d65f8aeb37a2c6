import { type Criteria, type Leaf, leavesOf } from '../eligibility/criteria.ts'
import type { FactTest, FactValue } from '../eligibility/facts.ts'
import type { ProgrammeVersion } from '../eligibility/programme.ts'
import { formatNumber, type Language, type Texts } from '../i18n.ts'
import { factLabel, factValueWords } from './fact-words.ts'

/** A tree of criteria in words: a line, or a heading over lines. */
export type CriteriaWords =
  | { kind: 'line'; words: string; basis: string | null; isUnverified: boolean }
  | { kind: 'group'; heading: string; parts: CriteriaWords[] }

/** What an officer reads of the criteria of a version, in the order in which they were written. */
export function criteriaWords(texts: Texts, language: Language, version: ProgrammeVersion): CriteriaWords {
  const leaves = new Map(leavesOf(version.rule).map((leaf) => [leaf.id, leaf]))
  return treeWords({ texts, language, leaves, isUnverified: version.confidence === 'unverified' }, version.criteria)
}

/** The same for criteria that stand alone: when a benefit is given. */
export function conditionWords(texts: Texts, language: Language, criteria: Criteria): CriteriaWords {
  return treeWords({ texts, language, leaves: new Map(), isUnverified: false }, criteria)
}

interface Telling {
  texts: Texts
  language: Language
  leaves: ReadonlyMap<string, Leaf>
  isUnverified: boolean
}

function treeWords(telling: Telling, criteria: Criteria): CriteriaWords {
  const { texts, language, leaves, isUnverified } = telling
  const say = (key: string, values?: Record<string, unknown>) => texts.text(language, `rules.${key}`, values)
  if ('fact' in criteria) {
    const leaf = leaves.get(criteria.id)
    return {
      kind: 'line',
      words: leafWords(texts, language, criteria, leaf),
      basis: criteria.basis ?? null,
      isUnverified: criteria.confidence === undefined ? isUnverified : criteria.confidence === 'unverified',
    }
  }
  if ('not' in criteria) {
    const inner = treeWords(telling, criteria.not)
    // The text of a single criterion tells it as it stands, with its `not`.
    if (inner.kind === 'line') {
      const isTold = 'fact' in criteria.not && hasText(telling, criteria.not.id)
      return isTold ? inner : { ...inner, words: say('not', { what: inner.words }) }
    }
    return { ...inner, heading: say('not', { what: inner.heading }) }
  }
  const isAll = 'all' in criteria
  const parts = (isAll ? criteria.all : criteria.any).map((part) => treeWords(telling, part))
  const office = criteria.officer === true ? ` ${say('officer')}` : ''
  return { kind: 'group', heading: say(isAll ? 'all' : 'any') + office, parts }
}

function hasText({ texts, language, leaves }: Telling, id: string): boolean {
  return leaves.has(id) && texts.has(language, `reasons.criteria.${id}.met`)
}

function leafWords(texts: Texts, language: Language, test: FactTest & { id: string }, leaf: Leaf | undefined): string {
  const key = `reasons.criteria.${test.id}.met`
  if (leaf !== undefined && texts.has(language, key)) {
    const number = [test.is, test.atLeast, test.atMost, test.above, test.below].find((one) => typeof one === 'number')
    return texts.text(language, key, number === undefined ? {} : { value: formatNumber(number) })
  }
  const value = (one: FactValue) => factValueWords(texts, language, test.fact, one)
  const [operator, words] =
    test.is !== undefined
      ? ['is', value(test.is)]
      : test.in !== undefined
        ? ['in', test.in.map(value).join(', ')]
        : test.atLeast !== undefined
          ? ['atLeast', value(test.atLeast)]
          : test.atMost !== undefined
            ? ['atMost', value(test.atMost)]
            : test.above !== undefined
              ? ['above', value(test.above)]
              : ['below', value(test.below ?? 0)]
  const fact = factLabel(texts, language, test.fact)
  return texts.text(language, `rules.test.${operator}`, { fact, value: words })
}

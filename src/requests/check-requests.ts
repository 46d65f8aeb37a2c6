import type { Fault } from '../errors.ts'
import { HOTLINE_KINDS } from '../territory/territory.ts'
import type { RequestQuestion, RequestType } from './request-type.ts'

interface Known {
  topics: ReadonlySet<string>
  facts: ReadonlySet<string>
  programmes: ReadonlySet<string>
}

type Report = (what: string) => void

/** References of the request types that lead nowhere, and conditions that can never hold. */
export function checkRequests(types: ReadonlyMap<string, RequestType>, known: Known): Fault[] {
  const faults: Fault[] = []
  for (const type of types.values()) {
    const where = `flows/requests/${type.id}.yaml`
    const report: Report = (what) => faults.push({ where, what })
    if (type.topic !== 'chosen' && !known.topics.has(type.topic)) report(`there is no topic ${type.topic}`)
    if (type.programme !== undefined && !known.programmes.has(type.programme)) {
      report(`there is no programme ${type.programme}`)
    }
    checkQuestions(type, known, report)
    checkUrgent(type, report)
  }
  return faults
}

function checkQuestions(type: RequestType, known: Known, report: Report): void {
  const earlier = new Map<string, RequestQuestion>()
  const ids = new Set(type.questions.map((question) => question.id))
  for (const question of type.questions) {
    if (earlier.has(question.id)) report(`question ${question.id} stands there twice`)
    if (question.fact !== undefined && !known.facts.has(question.fact)) {
      report(`question ${question.id} names ${question.fact}, which is no fact`)
    }
    for (const condition of question.when) {
      const asked = earlier.get(condition.question)
      if (asked) checkValues(asked, condition.is, `question ${question.id}`, report)
      else if (ids.has(condition.question)) {
        report(`question ${question.id} depends on ${condition.question}, which is not asked before it`)
      } else report(`question ${question.id} depends on ${condition.question}, which is no question`)
    }
    earlier.set(question.id, question)
  }
}

/** In a list the answer is compared as a word (`'true'`, `'null'` for not known); alone as it is. */
function checkValues(asked: RequestQuestion, is: string | boolean | string[], who: string, report: Report): void {
  const possible = Array.isArray(is) ? wordsOfAnswers(asked) : answersOf(asked)
  for (const value of Array.isArray(is) ? is : [is]) {
    if (!possible.includes(value)) report(`${who} waits for ${asked.id} to be ${value}, which is no answer to it`)
  }
}

function answersOf({ expect }: RequestQuestion): (string | boolean)[] {
  if (expect.kind === 'option') return expect.options
  return expect.kind === 'yesNo' ? [true, false] : []
}

function wordsOfAnswers(asked: RequestQuestion): (string | boolean)[] {
  const words = answersOf(asked).map(String)
  return asked.unknown || asked.skip ? [...words, 'null'] : words
}

function checkUrgent(type: RequestType, report: Report): void {
  for (const rule of type.urgent) {
    const asked = type.questions.find((question) => question.id === rule.question)
    if (!HOTLINE_KINDS.some((kind) => kind === rule.hotline)) report(`there is no hotline ${rule.hotline}`)
    if (!asked) report(`an urgent rule looks at ${rule.question}, which is no question`)
    else if ((rule.is === undefined) === (rule.withinDays === undefined)) {
      report(`the urgent rule on ${rule.question} needs either is or withinDays`)
    } else if (rule.is !== undefined) checkValues(asked, rule.is, 'an urgent rule', report)
    else if (asked.expect.kind !== 'date') report(`withinDays on ${rule.question}, which is no date`)
  }
}

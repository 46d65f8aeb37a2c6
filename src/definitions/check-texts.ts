import type { Flow } from '../conversation/flow.ts'
import type { EligibilityDefinitions } from '../eligibility/programme.ts'
import type { Fault } from '../errors.ts'
import { LANGUAGES, type Texts } from '../i18n.ts'
import type { Question } from '../messaging/question.ts'
import type { RequestType } from '../requests/request-type.ts'

/** Text keys that flows, requests and facts name and a language does not have. */
export function missingTexts(
  texts: Texts,
  definitions: {
    flows: ReadonlyMap<string, Flow>
    requests: ReadonlyMap<string, RequestType>
    eligibility: EligibilityDefinitions
  },
): Fault[] {
  const keys = [
    ...keysOfFlows(definitions.flows),
    ...keysOfRequests(definitions.requests),
    ...keysOfFacts(definitions.eligibility),
  ]
  return LANGUAGES.flatMap((language) =>
    keys
      .filter(({ key }) => !texts.has(language, key))
      .map(({ key, where }) => ({ where, what: `text ${key} is missing in locales/${language}` })),
  )
}

interface NamedKey {
  key: string
  where: string
}

function keysOfFlows(flows: ReadonlyMap<string, Flow>): NamedKey[] {
  return [...flows.values()].flatMap((flow) => {
    const where = `flows/conversations/${flow.id}.yaml`
    return Object.entries(flow.steps).flatMap(([id, step]) => {
      if ('say' in step) return [{ key: step.say, where }]
      if ('choose' in step)
        return [step.choose, ...step.options.map((option) => option.label)].map((key) => ({ key, where }))
      if ('ask' in step) return keysOfQuestion({ ...step, id, text: step.ask }).map((key) => ({ key, where }))
      return []
    })
  })
}

function keysOfRequests(requests: ReadonlyMap<string, RequestType>): NamedKey[] {
  return [...requests.values()].flatMap((type) =>
    type.questions.flatMap((question) =>
      keysOfQuestion(question).map((key) => ({ key, where: `flows/requests/${type.id}.yaml` })),
    ),
  )
}

function keysOfQuestion(question: Question): string[] {
  const options =
    question.expect.kind === 'option' ? question.expect.options.map((value) => `${question.text}.options.${value}`) : []
  return [`${question.text}.ask`, `${question.text}.label`, ...options]
}

function keysOfFacts(eligibility: EligibilityDefinitions): NamedKey[] {
  const where = 'flows/facts.yaml'
  const facts = [...eligibility.facts.values()].filter((fact) => fact.ask)
  const programmes = [...eligibility.programmes.values()].map((programme) => ({
    key: `programmes.${programme.id}.name`,
    where: `flows/programmes/${programme.id}.yaml`,
  }))
  const questions = facts.flatMap((fact) => {
    const values =
      fact.type === 'enum' ? (fact.offer ?? fact.values ?? []).map((value) => `facts.${fact.id}.values.${value}`) : []
    return [`facts.${fact.id}.ask`, `facts.${fact.id}.label`, ...values].map((key) => ({ key, where }))
  })
  return [...questions, ...programmes]
}

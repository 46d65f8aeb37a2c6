import type { EligibilityDefinitions } from '../eligibility/programme.ts'
import type { Question } from '../messaging/question.ts'

/** A fact as a question. "I don't know" is an answer to each of them. */
export function factQuestion(definitions: EligibilityDefinitions, id: string): Question {
  const fact = definitions.facts.get(id)
  if (!fact) throw new Error(`No fact ${id}`)
  const common = { id, text: `facts.${id}`, unknown: true, skip: false }
  if (fact.type === 'bool') return { ...common, expect: { kind: 'yesNo' } }
  if (fact.type === 'int')
    return { ...common, expect: { kind: 'number', min: fact.min ?? 0, max: fact.max ?? Number.MAX_SAFE_INTEGER } }
  if (fact.type === 'enum')
    return { ...common, expect: { kind: 'option', options: [...(fact.offer ?? fact.values ?? [])] } }
  return { ...common, expect: { kind: 'text', min: 1, max: 200 } }
}

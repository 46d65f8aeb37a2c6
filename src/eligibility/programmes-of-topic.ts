import type { EligibilityDefinitions } from './programme.ts'

/** Ids of the programmes that a topic covers. */
export function programmesOfTopic(definitions: EligibilityDefinitions, topic: string): string[] {
  return [...definitions.programmes.values()].filter((programme) => programme.topic === topic).map((programme) => programme.id)
}

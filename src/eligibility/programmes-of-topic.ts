import type { EligibilityDefinitions } from './programme.ts'

/** The ids of the programmes that belong to a topic of `flows/topics.yaml`; empty when the topic has none. */
export function programmesOfTopic(definitions: EligibilityDefinitions, topic: string): string[] {
  return [...definitions.programmes.values()].filter((programme) => programme.topic === topic).map(({ id }) => id)
}

/** Reads what understanding needs from `flows/` and teaches it. */
import type { Fault } from '../errors.ts'
import { readFactPhrases } from './fact-phrases.ts'
import { readTopicsFile } from './topics-file.ts'
import { buildUnderstander, type Understander } from './understander.ts'
import { readUrgency } from './urgency.ts'

export function readUnderstanding(flowsDirectory: string): { value: Understander } | { faults: Fault[] } {
  const topics = readTopicsFile(flowsDirectory)
  const urgencies = readUrgency(flowsDirectory)
  const phrases = readFactPhrases(flowsDirectory)
  const faults = [topics, urgencies, phrases].flatMap((read) => ('faults' in read ? read.faults : []))
  if ('faults' in topics || 'faults' in urgencies || 'faults' in phrases) return { faults }
  return { value: buildUnderstander(topics.value, urgencies.value, phrases.value) }
}

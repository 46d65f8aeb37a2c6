/** The full check of what understanding reads; the start repeats only that the files can be read. */
import { join, relative } from 'node:path'
import type { Fault } from '../errors.ts'
import { readCommands } from './commands.ts'
import { readFactPhrases } from './fact-phrases.ts'
import { normalise } from './normalise.ts'
import { examplesOf, INTENTS, readTopicsFile, TOPICS, type TopicsFile } from './topics-file.ts'
import { readUrgency } from './urgency.ts'

const FEWEST_PHRASES = 40

export function checkUnderstanding(flowsDirectory: string): Fault[] {
  const topics = readTopicsFile(flowsDirectory)
  const urgencies = readUrgency(flowsDirectory)
  const commands = readCommands(flowsDirectory)
  const phrases = readFactPhrases(flowsDirectory)
  const where = relative(process.cwd(), join(flowsDirectory, 'topics.yaml'))
  return [
    ...('faults' in topics ? topics.faults : checkTopics(topics.value, where)),
    ...('faults' in urgencies ? urgencies.faults : []),
    ...('faults' in commands ? commands.faults : []),
    ...('faults' in phrases ? phrases.faults : []),
  ]
}

export function checkTopics(file: TopicsFile, where: string): Fault[] {
  return [...missing(file, where), ...tooFew(file, where), ...repeated(file, where)]
}

function missing(file: TopicsFile, where: string): Fault[] {
  const ids = file.topics.map((topic) => topic.id)
  const cues = INTENTS.filter((intent) => intent !== 'out_of_scope' && intent !== 'smalltalk')
  return [
    ...TOPICS.filter((id) => !ids.includes(id)).map((id) => ({ where, what: `topic ${id} is missing; add it` })),
    ...ids
      .filter((id, at) => ids.indexOf(id) !== at)
      .map((id) => ({ where, what: `topic ${id} stands there twice; join them` })),
    ...cues
      .filter((intent) => Object.keys(file.intents[intent] ?? {}).length === 0)
      .map((intent) => ({ where, what: `intent ${intent} has no cues; add some` })),
  ]
}

function tooFew(file: TopicsFile, where: string): Fault[] {
  return file.topics
    .map((topic) => ({
      id: topic.id,
      count: (topic.phrases?.length ?? 0) + Object.values(topic.doors ?? {}).flat().length,
    }))
    .filter(({ count }) => count < FEWEST_PHRASES)
    .map(({ id, count }) => ({
      where,
      what: `topic ${id} has only ${count} phrases; it needs ${FEWEST_PHRASES} to be told from the others`,
    }))
}

/** The same words under two labels teach nothing but doubt. */
function repeated(file: TopicsFile, where: string): Fault[] {
  const first = new Map<string, string>()
  return examplesOf(file).flatMap(({ text, label }) => {
    const { plain } = normalise(text)
    const other = first.get(plain)
    if (other === undefined) {
      first.set(plain, label)
      return []
    }
    if (other === label) return []
    return [{ where, what: `"${text}" stands under ${other} and under ${label}; keep one` }]
  })
}

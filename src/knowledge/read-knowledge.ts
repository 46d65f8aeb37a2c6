/** Reads `flows/knowledge/`. The only file of this module that touches a disk. */
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { readYaml } from '../definitions/read-yaml.ts'
import type { EligibilityDefinitions } from '../eligibility/programme.ts'
import type { Fault } from '../errors.ts'
import { askedFileSchema, type Knowledge, type TopicFile, topicFileSchema } from './article.ts'

const ASKED_FILE = 'asked.yaml'

/** All answers, or every fault of shape. What they refer to is checked by `checkKnowledge`. */
export function readKnowledge(
  flowsDirectory: string,
  eligibility: EligibilityDefinitions,
): { value: Knowledge } | { faults: Fault[] } {
  const directory = join(flowsDirectory, 'knowledge')
  const asked = readYaml(join(directory, ASKED_FILE), askedFileSchema)
  const faults: Fault[] = 'faults' in asked ? [...asked.faults] : []
  const topics = new Map<string, TopicFile>()
  const names = readdirSync(directory).filter((name) => name.endsWith('.yaml') && name !== ASKED_FILE)
  for (const name of names.toSorted()) {
    const path = join(directory, name)
    const read = readYaml(path, topicFileSchema)
    if ('faults' in read) faults.push(...read.faults)
    else if (`${read.value.topic}.yaml` !== name)
      faults.push({ where: relative(process.cwd(), path), what: `the file of ${read.value.topic} has another name` })
    else topics.set(read.value.topic, read.value)
  }
  if ('faults' in asked || faults.length > 0) return { faults }
  return { value: { topics, cues: asked.value.asked, eligibility } }
}

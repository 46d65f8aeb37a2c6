import { existsSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { readYaml } from '../definitions/read-yaml.ts'
import type { Fault } from '../errors.ts'
import { commonQuestionsSchema, type RequestQuestion, type RequestType, requestTypeSchema } from './request-type.ts'

const COMMON = 'common.yaml'

/** Request types that the engine itself starts. */
const ENGINE_REQUESTS = ['legal_aid', 'jobs', 'training', 'general', 'complaint', 'officer', 'urgent'] as const

/** Reads `flows/requests/`: every type with its common questions written out and the keys of its texts. */
export function readRequests(directory: string): { value: Map<string, RequestType> } | { faults: Fault[] } {
  const faults: Fault[] = []
  const requests = new Map<string, RequestType>()
  const common = readCommon(join(directory, COMMON), faults)
  const files = readdirSync(directory).filter((name) => name.endsWith('.yaml') && name !== COMMON)
  for (const file of files.sort()) {
    const path = join(directory, file)
    const where = relative(process.cwd(), path)
    const read = readYaml(path, requestTypeSchema)
    if ('faults' in read) {
      faults.push(...read.faults)
      continue
    }
    const { common: named, questions, ...type } = read.value
    if (`${type.id}.yaml` !== file) faults.push({ where, what: `id ${type.id} is not the file's name` })
    const own = questions.map((question) => ({ ...question, text: `requests.${type.id}.${question.id}` }))
    const shared = named.flatMap((id) => {
      const question = common.get(id)
      if (question) return [{ ...question, text: `requests.common.${id}` }]
      faults.push({ where, what: `common question ${id} does not stand in ${COMMON}` })
      return []
    })
    requests.set(type.id, { ...type, questions: [...own, ...shared] })
  }
  if (faults.length > 0) return { faults }
  const missing = ENGINE_REQUESTS.filter((id) => !requests.has(id))
  if (missing.length === 0) return { value: requests }
  const where = relative(process.cwd(), directory)
  return { faults: missing.map((id) => ({ where, what: `request type ${id} is missing; write ${id}.yaml` })) }
}

function readCommon(path: string, faults: Fault[]): Map<string, RequestQuestion> {
  if (!existsSync(path)) {
    faults.push({ where: relative(process.cwd(), path), what: 'the file is missing' })
    return new Map()
  }
  const read = readYaml(path, commonQuestionsSchema)
  if ('value' in read) return new Map(read.value.questions.map((question) => [question.id, question]))
  faults.push(...read.faults)
  return new Map()
}

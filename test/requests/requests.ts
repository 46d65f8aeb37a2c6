import { join } from 'node:path'
import { InvalidConfiguration } from '../../src/errors.ts'
import { readRequests } from '../../src/requests/read-requests.ts'
import type { RequestQuestion, RequestType } from '../../src/requests/request-type.ts'

let read: Map<string, RequestType> | undefined

/** The product's own request types, read once per run. */
export function theRequests(): Map<string, RequestType> {
  if (read) return read
  const requests = readRequests(join(import.meta.dirname, '../../flows/requests'))
  if ('faults' in requests) throw new InvalidConfiguration(requests.faults)
  read = requests.value
  return read
}

export function theRequest(id: string): RequestType {
  const type = theRequests().get(id)
  if (!type) throw new Error(`No request ${id}`)
  return type
}

/** A sound request type of one yes-or-no question, but for what is said. */
export function aRequest(differing: Partial<RequestType> = {}): RequestType {
  return { id: 'help', version: 1, topic: 'jobs', questions: [aQuestion('willing')], urgent: [], ...differing }
}

export function aQuestion(id: string, differing: Partial<RequestQuestion> = {}): RequestQuestion & { text: string } {
  return {
    id,
    text: `requests.help.${id}`,
    expect: { kind: 'yesNo' },
    unknown: false,
    skip: false,
    when: [],
    ...differing,
  }
}

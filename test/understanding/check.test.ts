import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkTopics, checkUnderstanding } from '../../src/understanding/check.ts'
import { readTopicsFile, type TopicsFile, topicsSchema } from '../../src/understanding/topics-file.ts'

const flows = join(import.meta.dirname, '../../flows')

function topicsFile(): TopicsFile {
  const read = readTopicsFile(flows)
  if ('faults' in read) throw new Error(JSON.stringify(read.faults))
  return structuredClone(read.value)
}

describe('An editor changes what people say of a topic', () => {
  it('hears of no fault in the files as they are', () => {
    const faults = checkUnderstanding(flows)

    expect(faults).toEqual([])
  })

  it('hears that a phrase stands under two topics', () => {
    const file = topicsFile()
    file.topics.find(({ id }) => id === 'credit')?.phrases?.push('xin nhà nước giúp cái này mới')
    file.topics.find(({ id }) => id === 'housing')?.phrases?.push('Xin nhà nước giúp cái này mới!')

    const faults = checkTopics(file, 'topics.yaml')

    expect(faults.map(({ what }) => what)).toEqual([expect.stringContaining('stands under credit and under housing')])
  })

  it('hears that a topic is missing', () => {
    const file = topicsFile()
    file.topics = file.topics.filter(({ id }) => id !== 'nutrition')

    const faults = checkTopics(file, 'topics.yaml')

    expect(faults.map(({ what }) => what)).toEqual([expect.stringContaining('topic nutrition is missing')])
  })

  it('hears that a topic has too few phrases to be known by', () => {
    const file = topicsFile()
    file.topics.find(({ id }) => id === 'jobs')?.phrases?.splice(3)

    const faults = checkTopics(file, 'topics.yaml')

    expect(faults.map(({ what }) => what)).toEqual([expect.stringContaining('topic jobs has only 3 phrases')])
  })

  it('cannot name a topic that does not exist', () => {
    const wrong = { topics: [{ id: 'weather', keywords: {}, phrases: 'a\nb\nc' }], intents: {} }

    const parsed = topicsSchema.safeParse(wrong)

    expect(parsed.success).toBe(false)
  })
})

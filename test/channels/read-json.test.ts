import { describe, expect, it } from 'vitest'
import { readJson } from '../../src/channels/read-json.ts'

describe('what a channel sends', () => {
  it('is read without the characters that no database takes, wherever they stand', () => {
    const sent = Buffer.from('{"id":"a\\u0000b","list":["\\u0000"],"said":"\\\\u0000 is a NUL"}')

    expect(readJson(sent)).toEqual({ id: 'ab', list: [''], said: '\\u0000 is a NUL' })
  })

  it.each(['', '{', '<html>', '"\0"'])('is nothing when it is no JSON: %j', (sent) => {
    expect(readJson(Buffer.from(sent))).toBeUndefined()
  })
})

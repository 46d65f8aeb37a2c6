import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readBroadcastRules } from '../../src/broadcasts/rules.ts'
import { ROOT } from '../support/definitions.ts'

const own = readFileSync(join(ROOT, 'flows/broadcasts.yaml'), 'utf8')

function read(change: (text: string) => string) {
  const folder = mkdtempSync(join(tmpdir(), 'cau-noi-rules-'))
  writeFileSync(join(folder, 'broadcasts.yaml'), change(own))
  const found = readBroadcastRules(folder)
  return 'faults' in found ? found.faults.map(({ where, what }) => `${where.split(':').at(-1)} ${what}`) : found.value
}

describe('the file of rules for policy messages', () => {
  it('says from when to when nobody is disturbed', () => {
    expect(read((text) => text)).toMatchObject({ quietHours: { fromMinute: 21 * 60, toMinute: 7 * 60 } })
  })

  it.each([
    ['a time that does not exist', '"21:00"', '"25:00"', 'quiet_hours.from: a time like 21:00'],
    ['a night without an end', '"07:00"', '"21:00"', 'quiet_hours: begin and end must differ'],
    [
      'a price that nobody verified',
      'dong: null',
      'dong: 55',
      'channels.zalo.costs.paid.dong: a cost that nobody verified is null',
    ],
    [
      'a limit of none',
      'information: 2',
      'information: 0',
      'weekly_limit.information: Too small: expected number to be >0',
    ],
  ])('is refused with its line for %s', (_, from, to, fault) => {
    expect(read((text) => text.replace(from, to))).toEqual([expect.stringMatching(/^\d+ /)])
    expect(String(read((text) => text.replace(from, to)))).toContain(fault)
  })
})

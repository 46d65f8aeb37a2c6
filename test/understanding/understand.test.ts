import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold } from '../../src/understanding/normalise.ts'
import { readUnderstanding } from '../../src/understanding/read-topics.ts'
import { TOPICS } from '../../src/understanding/topics-file.ts'
import type { Understander } from '../../src/understanding/understander.ts'

interface Line {
  text: string
  topic: string
  intent?: string
}

const root = join(import.meta.dirname, '../..')
const development = lines('test/cases/utterances.jsonl')
const heldOut = lines('test/understanding/held-out.jsonl')
const second = lines('test/understanding/held-out-2.jsonl')
const understander = taught()

function lines(path: string): Line[] {
  const rows = readFileSync(join(root, path), 'utf8').trim().split('\n')
  return rows.map((row) => JSON.parse(row))
}

function taught(): Understander {
  const read = readUnderstanding(join(root, 'flows'))
  if ('faults' in read) throw new Error(JSON.stringify(read.faults))
  return read.value
}

const first = (text: string) => understander.understand(text).topics[0]?.id

/** Share of texts whose topic is among the first `places`, averaged by topic. */
function rightTopics(texts: readonly Line[], places: number): number {
  const shares = [...Map.groupBy(texts, ({ topic }) => topic)].map(([topic, group]) => {
    const found = (text: string) => understander.understand(text).topics.slice(0, places)
    return group.filter(({ text }) => found(text).some(({ id }) => id === topic)).length / group.length
  })
  return shares.reduce((sum, share) => sum + share, 0) / shares.length
}

const asService = (text: string) => !['out_of_scope', 'smalltalk'].includes(first(text) ?? '')

describe('A person writes in their own words', () => {
  it('is understood at first go in the development lines', () => {
    const share = rightTopics(development, 1)

    expect(share).toBeGreaterThanOrEqual(0.97)
  })

  it('is understood at first go in lines that taught nothing', () => {
    const share = rightTopics(heldOut, 1)

    expect(share).toBeGreaterThanOrEqual(0.95)
  })

  it('is understood at first go in lines nobody looked at when the phrases were written', () => {
    const share = rightTopics(second, 1)

    expect(share).toBeGreaterThanOrEqual(0.92)
  })

  it('finds what they mean among three choices', () => {
    const shares = [rightTopics(development, 3), rightTopics(heldOut, 3), rightTopics(second, 3)]

    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.98)
  })

  it('is told when it is not for this service', () => {
    const outside = [...development, ...heldOut].filter(({ topic }) => topic === 'out_of_scope')

    const taken = outside.filter(({ text }) => asService(text))

    expect(taken.length / outside.length).toBeLessThanOrEqual(0.05)
  })

  it('is mostly understood the same without diacritics', () => {
    const same = heldOut.filter(({ text }) => first(text) === first(fold(text)))

    expect(same.length / heldOut.length).toBeGreaterThanOrEqual(0.93)
  })

  it('has their wish told from their question in most development lines', () => {
    const right = development.filter(({ text, intent }) => understander.understand(text).intent === intent)

    expect(right.length / development.length).toBeGreaterThanOrEqual(0.8)
  })
})

describe('What follows from a text', () => {
  it.each([
    ['cho em hỏi thủ tục vay vốn hộ nghèo', 'accept', 'credit'],
    ['vay tien lam nha ve sinh', 'accept', 'water_sanitation'],
    ['chao ban', 'smalltalk', 'smalltalk'],
    ['I need a job', 'accept', 'jobs'],
    ['I want to learn sewing', 'accept', 'vocational_training'],
    ['free lawyer', 'accept', 'legal_aid'],
    ['health insurance card', 'accept', 'health_insurance'],
    ['loan for poor household', 'accept', 'credit'],
    ['toi can luat su giup vu tranh chap dat dai', 'accept', 'legal_aid'],
    ['hàng xóm lấn đất nhà tôi', 'out_of_scope', 'out_of_scope'],
    ['vượt đèn đỏ phạt bao nhiêu', 'out_of_scope', 'out_of_scope'],
  ])('"%s" leads to %s: %s', (text, decision, topic) => {
    const understood = understander.understand(text)

    expect({ decision: understood.decision, topic: understood.topics[0]?.id }).toEqual({ decision, topic })
  })

  it('asks back when the words fit several services', () => {
    const understood = understander.understand('tiền của mẹ tôi')

    expect(understood.decision).toBe('ask')
  })

  it.each([['asdkjh qwe'], ['hjkl'], ['fgh jkl mnb'], ['123'], ['ghdf khong'], ['sdf sdf sdf sdf vay']])(
    'is a kind question when "%s" says nothing',
    (text) => {
      const { decision, door } = understander.understand(text)

      expect({ decision, door }).toEqual({ decision: 'ask', door: undefined })
    },
  )

  it('takes the facts of the same sentence', () => {
    const { facts, members } = understander.facts('hộ cận nghèo, con 4 tuổi học mẫu giáo', '2026-11-23')

    expect(facts.map(({ fact, value }) => [fact, value])).toEqual([['household_status', 'near_poor']])
    expect(members.map(({ label, facts: own }) => [label, own.length])).toEqual([['con', 3]])
  })

  it('names the right door for what is out of scope', () => {
    const understood = understander.understand('làm căn cước công dân ở đâu')

    expect(understood.door).toBe('police_identity')
  })

  it.each([
    ['đơn xin hỗ trợ nhà ở của tôi đến đâu rồi', 'status_check'],
    ['thôn họp bình xét hộ nghèo không công bằng', 'complaint'],
    ['thủ tục xin miễn học phí', 'how_to_apply'],
    ['trợ cấp người khuyết tật được bao nhiêu tiền', 'amount'],
    ['nhờ tìm việc giúp tôi', 'request'],
    ['hộ cận nghèo có được thẻ bảo hiểm y tế không', 'eligibility_question'],
    ['sao không trả lời tôi', 'complaint'],
    ['cán bộ vòi tiền tôi', 'complaint'],
    ['can bo xa doi tien moi lam', 'complaint'],
    ['cán bộ quát tôi', 'complaint'],
    ['bị cán bộ mắng', 'complaint'],
    ['trưởng thôn bớt tiền hỗ trợ', 'complaint'],
    ['trưởng thôn ăn bớt tiền trợ cấp', 'complaint'],
    ['phải đưa phong bì mới được vào hộ nghèo', 'complaint'],
    ['cán bộ ăn tiền của dân', 'complaint'],
    ['cán bộ xã hách dịch gây khó dễ', 'complaint'],
    ['đi khám cần mang giấy tờ gì', 'how_to_apply'],
    ['di kham can mang giay to gi', 'how_to_apply'],
  ])('"%s" is taken as %s', (text, intent) => {
    const understood = understander.understand(text)

    expect(understood.intent).toBe(intent)
  })
})

describe('Whatever anybody types', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc
      .array(fc.constantFrom('hộ', 'ngheof', 'ko', '👨‍👩‍👧', '\ud800', '\u200b', '1tr2', '\n', 'vay', '∞'), {
        maxLength: 40,
      })
      .map((parts) => parts.join(' ')),
  )

  it('gets all twenty topics with scores that sum to one, and never an error', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const { topics } = understander.understand(text)

        const sum = topics.reduce((total, { score }) => total + score, 0)
        expect(new Set(topics.map(({ id }) => id))).toEqual(new Set(TOPICS))
        expect(sum).toBeCloseTo(1, 4)
        expect(topics.every(({ score }, at) => score <= (topics[at - 1]?.score ?? 1))).toBe(true)
        expect(Array.isArray(understander.urgency(text))).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('is understood the same every time, also after a new start', () => {
    const again = taught()

    const differing = development.filter(
      ({ text }) => JSON.stringify(again.understand(text)) !== JSON.stringify(understander.understand(text)),
    )

    expect(differing).toEqual([])
  })

  it('is answered at once, however long it is', () => {
    const text = 'tôi muốn vay vốn làm nhà vệ sinh 🙂 '.repeat(5_000)
    const start = performance.now()

    const understood = understander.understand(text)

    expect(understood.topics[0]?.id).toBe('water_sanitation')
    expect(performance.now() - start).toBeLessThan(200)
  })

  it('is taken for small talk when no word is in it', () => {
    const understood = understander.understand('👍')

    expect(understood.decision).toBe('smalltalk')
  })
})

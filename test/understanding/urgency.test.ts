import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readUrgency, urgencyOf } from '../../src/understanding/urgency.ts'

const root = join(import.meta.dirname, '../..')
const read = readUrgency(join(root, 'flows'))
if ('faults' in read) throw new Error(JSON.stringify(read.faults))
const kinds = read.value

describe('Somebody is in danger and says so in their own spelling', () => {
  it.each([
    ['chong toi danh toi', 'violence'],
    ['ck e đánh e suốt', 'violence'],
    ['chồng hay uống rượu về đánh đập vợ con', 'violence'],
    ['nó dọa giết cả nhà tôi', 'violence'],
    ['con toi bi xam hai', 'child_at_risk'],
    ['cháu bé hàng xóm bị bố dượng đánh', 'child_at_risk'],
    ['em gái tôi bị lừa sang campuchia', 'trafficking'],
    ['ho giu ho chieu ko cho ve nuoc', 'trafficking'],
    ['mai toi ra toa', 'court_date'],
    ['tuần sau tôi phải ra toà rồi', 'court_date'],
    ['toi nay ko co gi an', 'no_food_or_shelter'],
    ['tối lay không có gì ăn', 'no_food_or_shelter'],
    ['nhà cháy hết rồi không có chỗ ngủ', 'no_food_or_shelter'],
  ] as const)('"%s" is noticed as %s', (text, kind) => {
    const found = urgencyOf(text, kinds)

    expect(found).toContain(kind)
  })
})

describe('Somebody speaks of everyday things', () => {
  it.each([
    'xe máy bị đánh cắp',
    'danh sách hộ nghèo có tên chồng tôi không',
    'đánh giá mức độ khuyết tật',
    'chồng tôi tên Danh đi làm công ty',
    'nhà dột nát xin hỗ trợ sửa',
    'hôm nay đánh con lô nào',
    'tôi bị lừa bán đất',
  ])('"%s" raises no alarm', (text) => {
    const found = urgencyOf(text, kinds)

    expect(found).toEqual([])
  })

  it('raises almost no alarm in the development lines', () => {
    const texts = readFileSync(join(root, 'test/cases/utterances.jsonl'), 'utf8').trim().split('\n')

    const alarms = texts.filter((line) => urgencyOf(JSON.parse(line).text, kinds).length > 0)

    expect(alarms.length).toBeLessThanOrEqual(1)
  })
})

import { describe, expect, it } from 'vitest'
import type { Session } from '../../src/conversation/session.ts'
import { startFlow } from '../../src/conversation/session.ts'
import { PureTalk } from '../support/pure-talk.ts'

/** Somebody who stands at one question of a request or of the screening. */
function askedAt(flow: 'request' | 'check', question: string, request = 'legal_aid'): PureTalk {
  const talk = new PureTalk()
  talk.communeCode = null
  talk.hears({ kind: 'start', payload: null })
  const definition = talk.definitions.flows.get(flow)
  if (!talk.session || !definition) throw new Error('No talk')
  const [step] = Object.entries(definition.steps).find(([, one]) => 'request' in one || 'screen' in one) ?? []
  const started: Session = startFlow(talk.session, definition, { request, requestVersion: '2', topic: 'legal_aid' })
  talk.session = { ...started, step: step ?? '', waiting: { kind: 'question', id: question } }
  talk.says('nhắc lại')
  return talk
}

function answerOf(flow: 'request' | 'check', question: string, said: string, request?: string): unknown {
  const talk = askedAt(flow, question, request)
  talk.says(said)
  return talk.session?.answers[question]
}

describe('somebody who answers a closed question in their own words', () => {
  it.each([
    ['cận nghèo', 'near_poor'],
    ['nhà cháu thuộc diện cận nghèo ạ', 'near_poor'],
    ['nha toi la ho ngheo a', 'poor'],
    ['nha toi la ho can ngheo', 'near_poor'],
    ['nghèo', 'poor'],
    ['mới thoát nghèo năm ngoái', 'escaped_poverty'],
    ['không phải hộ nghèo mà là hộ cận nghèo', 'near_poor'],
    ['không có giấy gì cả', 'none'],
    ['em ko ro a', null],
    ['cái này tôi không biết đâu', null],
  ])('has the household understood from "%s"', (said, status) => {
    expect(answerOf('check', 'household_status', said)).toBe(status)
    expect(answerOf('request', 'household_status', said)).toBe(status)
  })

  it.each(['không phải hộ nghèo', 'hộ nghèo hay hộ cận nghèo', 'nhà tôi có phải hộ nghèo không', 'hộ'])(
    'is asked again rather than guessed at when they say "%s"',
    (said) => {
      expect(answerOf('check', 'household_status', said)).toBeUndefined()
    },
  )

  it.each([
    ['student_level', 'lớp 9', 'secondary'],
    ['student_level', 'cháu học lớp 10', 'high'],
    ['student_level', 'lop 1', 'primary'],
    ['highest_qualification', 'hết cấp 2', 'secondary'],
    ['pension', 'không', 'none'],
    ['pension', 'không có ạ', 'none'],
    ['pension', 'ko ro', null],
    ['disability', 'đặc biệt nặng', 'extremely_severe'],
    ['disability', 'nặng', 'severe'],
    ['marital_status', 'chồng mất rồi', 'widowed'],
  ])('has %s understood from "%s"', (question, said, value) => {
    expect(answerOf('check', question, said)).toBe(value)
  })

  it.each([
    ['matter', 'tranh chấp đất', 'civil_land'],
    ['matter', 'nhà hàng xóm lấn đất', 'civil_land'],
    ['matter', 'ly hôn', 'civil_other'],
    ['group', 'người già', 'elderly'],
    ['group', 'không', 'none'],
    ['proof', 'tôi không có giấy gì cả', 'none'],
    ['proof', 'có giấy hộ nghèo', 'household_certificate'],
    ['role', 'không biết', null],
  ])('has %s of a legal matter understood from "%s"', (question, said, value) => {
    expect(answerOf('request', question, said)).toBe(value)
  })

  it('has the whole summary sent, corrected or put aside by words', () => {
    const atSummary = () => {
      const talk = askedAt('request', 'need', 'general')
      talk.consented = true
      talk.says('nhà tôi bị dột')
      talk.says('Phố Hiến')
      talk.says('Dũng')
      talk.says('không có')
      talk.says('chưa có')
      expect(talk.session?.waiting.kind).toBe('summary')
      return talk
    }
    const sent = atSummary()
    const corrected = atSummary()
    const kept = atSummary()

    sent.says('gửi đi')
    corrected.says('có sai, cần sửa')
    kept.says('không gửi nữa')

    expect(sent.filed()).toHaveLength(1)
    expect(corrected.session?.interruption?.kind).toBe('correct')
    expect([kept.session?.flow, kept.filed().length]).toEqual(['menu', 0])
  })
})

describe('somebody who has nothing to say to an open question', () => {
  it.each(['khong co', 'không', 'chua co', 'không có máy'])('passes over the phone with "%s"', (said) => {
    expect(answerOf('request', 'contact_phone', said)).toBeNull()
  })

  it('keeps a need that merely begins with a no', () => {
    expect(answerOf('request', 'need', 'không có nước sạch để dùng', 'officer')).toBe('không có nước sạch để dùng')
  })
})

describe('somebody who is asked for the age', () => {
  it.each([
    ['1950', 76],
    ['sinh năm 1950', 76],
    ['sn 60', 66],
    ['mẹ tôi sinh 15/3/1948', 78],
    ['76 tuổi', 76],
  ])('may say "%s"', (said, age) => {
    expect(answerOf('check', 'age', said)).toBe(age)
  })

  it('is not taken for a year where another number is asked', () => {
    expect(answerOf('check', 'deprivation_count', '2020')).toBeUndefined()
    expect(answerOf('check', 'income_per_capita', '2000')).toBe(2000)
  })
})

describe('somebody who tells more than the question takes', () => {
  it('has the first part kept instead of being sent back', () => {
    const kept = String(answerOf('request', 'description', 'bờ rào nhà tôi '.repeat(200)))

    expect(kept.length).toBeGreaterThan(1_000)
    expect(kept.length).toBeLessThanOrEqual(1_500)
    expect(kept.endsWith('rào') || kept.endsWith('nhà') || kept.endsWith('tôi') || kept.endsWith('bờ')).toBe(true)
  })
})

describe('somebody whose place is to be confirmed', () => {
  const confirming = () => {
    const talk = askedAt('request', 'commune')
    talk.session = talk.session && {
      ...talk.session,
      interruption: { kind: 'places', codes: ['11953'], question: 'commune' },
    }
    return talk
  }

  it.each(['ừ', 'phải', 'đúng rồi', 'vâng ạ'])('accepts the only one with "%s"', (said) => {
    const talk = confirming()

    talk.says(said)

    expect(talk.session?.answers.commune).toBe('11953')
  })

  it.each(['không', 'không phải'])('turns it down with "%s" and is asked for the name again', (said) => {
    const talk = confirming()

    const words = talk.says(said)

    expect(talk.session?.answers).not.toHaveProperty('commune')
    expect(words).toContain('gõ lại tên xã')
  })

  it('is asked for the commune after a district alone', () => {
    const talk = askedAt('request', 'commune')

    const words = talk.says('huyện Vũ Thư')

    expect(words).toContain('Huyện Vũ Thư cũ nay có nhiều xã')
    expect(talk.session?.interruption).toBeNull()
  })

  it('may name the commune where the village was asked', () => {
    const talk = askedAt('request', 'commune')
    talk.session = talk.session && {
      ...talk.session,
      interruption: { kind: 'village', codes: ['11953', '11977'], question: 'commune' },
    }

    talk.says('Tân Hưng')

    expect(talk.session?.answers.commune).toBe('11977')
  })
})

describe('somebody who sends a photo to the menu', () => {
  it('is asked to say first what it is about', () => {
    const talk = new PureTalk()
    talk.hears({ kind: 'start', payload: null })
    talk.says('đồng ý')
    talk.says('Phố Hiến')

    expect(talk.sendsPhoto()).toContain('Xin chọn việc trước')
  })
})

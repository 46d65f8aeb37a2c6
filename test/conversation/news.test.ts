import { describe, expect, it } from 'vitest'
import type { Effect } from '../../src/conversation/effects.ts'
import { PureTalk } from '../support/pure-talk.ts'

const STOPS = [
  'dừng',
  'STOP',
  'ngung nhan tin',
  'khong muon nhan tin nua',
  '/stop',
  'đừng nhắn tin cho tôi nữa',
  'Dừng ạ',
]
/** Ways to get into every kind of question there is. */
const PATHS: readonly (readonly string[])[] = [
  [],
  ['tôi muốn tìm việc làm'],
  ['tôi muốn tìm việc làm', '45'],
  ['xin luật sư'],
  ['gặp cán bộ'],
  ['nhà tôi hộ cận nghèo có được trợ cấp không'],
  ['mẹ tôi 76 tuổi, hộ nghèo'],
  ['ho ngheo co dc vay von ko'],
  ['nhận tin'],
  ['dừng tất cả'],
  ['xóa dữ liệu của tôi'],
  ['ngôn ngữ'],
  ['đổi xã'],
]

function aTalk(): PureTalk {
  const talk = new PureTalk()
  talk.news = { topics: ['credit'], isStopped: false, wasAsked: true }
  talk.consented = true
  talk.communeCode = '11953'
  talk.hears({ kind: 'start', payload: null })
  return talk
}

const kinds = (effects: readonly Effect[]) => effects.map(({ kind }) => kind)

describe('a person who wants no more messages', () => {
  it.each(PATHS.flatMap((path) => STOPS.map((words) => [words, path.join(' → ') || 'the menu', path] as const)))(
    'says "%s" after %s, is heard, and finds the way on',
    (words, _, path) => {
      const talk = aTalk()
      for (const said of path) talk.says(said)
      const openBefore = talk.session?.waiting

      const answer = talk.says(words)

      expect(kinds(talk.effects)).toContain('stopInformation')
      expect(answer).toContain('nhận lại tin')
      expect(talk.session?.waiting).toEqual(openBefore)
      expect(talk.options().length + talk.offered().length >= 0 && answer.length > 0).toBe(true)
      expect(talk.says('menu')).toContain('Quý vị cần việc gì?')
    },
  )

  it('is understood by an unmarked "dung" where a message of ours came after a question of yes or no', () => {
    const talk = aTalk()
    talk.says('gặp cán bộ')
    talk.says('Hỏi về sổ hộ nghèo của nhà tôi')
    talk.taps('~skip')
    expect(talk.offered().map(({ value }) => value)).toContain('send')
    talk.now = new Date(talk.now.getTime() + 3_600_000)
    talk.broadcast = {
      id: '019ab000-0000-7000-8000-000000000001',
      contactId: '019ab000-0000-7000-8000-000000000002',
      topic: 'credit',
      sentAt: new Date(talk.now.getTime() - 60_000),
      messageId: 1,
      isQuoted: false,
    }

    talk.says('dung')

    expect(kinds(talk.effects)).toContain('stopInformation')
    expect(talk.filed()).toEqual([])
  })
})

describe('the topics that a person hears of', () => {
  it('are switched by tapping, over all pages, without losing the question that was open', () => {
    const talk = aTalk()
    talk.says('tôi muốn tìm việc làm')
    const open = talk.session?.waiting
    talk.says('nhận tin')

    talk.taps('housing')
    talk.taps('credit')
    talk.taps('~skip')

    expect(talk.news?.topics).toEqual(['housing'])
    expect(talk.session?.waiting).toEqual(open)
    expect(talk.session?.interruption).toBeNull()
  })

  it('never stand on a page of more than five buttons', () => {
    const talk = aTalk()
    talk.says('nhận tin')

    const pages = Array.from({ length: 10 }, () => {
      const shown = talk.offered().length
      talk.taps('~more')
      return shown
    })

    expect(Math.max(...pages)).toBeLessThanOrEqual(5)
  })

  it('give way to a wish that is said meanwhile', () => {
    const talk = aTalk()
    talk.says('nhận tin')

    talk.says('nhà tôi dột nát, tôi cần sửa nhà')

    expect(talk.session?.interruption).toBeNull()
    expect(talk.session?.flow).not.toBe('menu')
    expect(talk.news?.topics).toEqual(['credit'])
  })
})

describe('the one question about news', () => {
  it('is put after the first request, not before consent, and not again', () => {
    const talk = new PureTalk()
    talk.news = { topics: [], isStopped: false, wasAsked: false }
    talk.hears({ kind: 'start', payload: null })
    talk.taps('refuse')
    expect(talk.session?.interruption).toBeNull()
    talk.consented = true
    talk.says('gặp cán bộ')
    talk.says('Hỏi về sổ hộ nghèo của nhà tôi')
    while (talk.offered().every(({ value }) => value !== 'send')) talk.taps('~skip')
    talk.taps('send')
    expect(talk.session?.interruption?.kind).toBe('newsOffer')

    talk.says('không')

    expect(talk.session?.interruption).toBeNull()
    expect(talk.news.wasAsked).toBe(true)
    expect(talk.says('menu')).not.toContain('Tôi xin hỏi một câu thôi')
  })

  it('is passed over by saying something else', () => {
    const talk = aTalk()
    talk.news = { topics: [], isStopped: false, wasAsked: false }
    talk.says('vay von thi can giay to gi')
    talk.says('menu')
    expect(talk.session?.interruption?.kind).toBe('newsOffer')

    talk.says('tôi muốn tìm việc làm')

    expect(talk.session?.flow).toBe('request')
    expect(talk.session?.interruption).toBeNull()
  })
})

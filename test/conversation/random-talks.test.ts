import { describe, expect, it } from 'vitest'
import type { UpdateBody } from '../../src/messaging/update.ts'
import { PureTalk } from '../support/pure-talk.ts'

const TALKS = 1_000
const TURNS = 25

const COMMANDS = [
  'menu',
  'quay lại',
  'hủy',
  'sửa',
  'nhắc lại',
  'gặp cán bộ',
  'dừng',
  'dừng tất cả',
  'nhận tin',
  'nhận lại tin',
  'nhận tin về việc làm',
  'dừng tin về vay vốn',
  'đã rõ',
  'xóa dữ liệu của tôi',
  'English',
  'tiếng Việt',
  '/start',
  'hồ sơ của tôi đến đâu rồi',
]
const WISHES = [
  'toi can tim viec lam',
  'ba cu 76 tuoi ho ngheo co dc tro cap ko',
  'xin luật sư',
  'nha toi dot nat',
  'chong toi danh toi',
  'tôi cần được giúp đỡ về đất đai với hàng xóm',
  'mẹ tôi 76 tuổi, hộ nghèo',
  'con tôi 4 tuổi học mẫu giáo, bị khuyết tật nặng',
  'nhà tôi hộ cận nghèo có được trợ cấp không',
]
const ANSWERS = [
  'Trung Nghĩa',
  'lac dao',
  'pho hien',
  '45',
  '76 tuổi',
  '1tr2',
  '0',
  '-5',
  '999',
  '1',
  '2',
  '7',
  '0912345678',
  'ngày mai',
  '30/2/2026',
  '25/12/2026',
  'có',
  'không',
  'không biết',
  'ừ',
  'đồng ý',
  'Không đồng ý',
  'Nguyễn Thị Lan',
]
const NONSENSE = [
  '😀😀😀',
  '\u200b\u200d',
  '\ud800',
  'a'.repeat(10_000),
  '   ',
  '<script>alert(1)</script>',
  "'; drop table contacts; --",
  '{{name}} $t(engine.menu)',
  '٣',
  'constructor',
  '__proto__',
  '~menu',
  '~topic:jobs',
]
const SAID = [...COMMANDS, ...WISHES, ...ANSWERS, ...NONSENSE]

type Dice = (sides: number) => number

/** A small generator with a seed, so that a failing talk can be played again. */
function dice(seed: number): Dice {
  let state = seed + 1
  return (sides) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0
    state ^= state >>> 13
    return (state >>> 0) % sides
  }
}

function anything(talk: PureTalk, roll: Dice): { body: UpdateBody; attachments: string[] } {
  const offered = talk.offered()
  const kind = roll(12)
  if (kind < 6 && offered.length > 0) {
    return { body: { kind: 'action', actionId: offered[roll(offered.length)]?.id ?? '' }, attachments: [] }
  }
  if (kind < 9) return { body: { kind: 'text', text: SAID[roll(SAID.length)] ?? '' }, attachments: [] }
  if (kind === 9) return { body: { kind: 'action', actionId: 'from-yesterday' }, attachments: [] }
  if (kind === 10) {
    const media = (['photo', 'document', 'voice', 'video', 'sticker'] as const)[roll(5)] ?? 'photo'
    const file = {
      media,
      externalId: 'f',
      attachmentId: null,
      mediaType: null,
      sizeBytes: null,
      name: null,
      caption: null,
    }
    const isPaper = media === 'photo' || media === 'document'
    return { body: { kind: 'file', file }, attachments: isPaper ? [`f${roll(1_000)}`] : [] }
  }
  const others: UpdateBody[] = [
    { kind: 'location', latitude: 20.6, longitude: 106 },
    { kind: 'phone', phone: '0912345678', own: true },
    { kind: 'unsupported', what: 'poll' },
    { kind: 'start', payload: null },
    { kind: 'left' },
  ]
  return { body: others[roll(others.length)] ?? { kind: 'start', payload: null }, attachments: [] }
}

/** Now and then a policy message came, is quoted, or one of its buttons is tapped. */
function hearsOfPolicy(talk: PureTalk, roll: Dice): void {
  const id = '019ab000-0000-7000-8000-000000000001'
  const heard = { id, contactId: id, topic: 'credit', sentAt: new Date(talk.now.getTime() - roll(2)), messageId: 1 }
  talk.broadcast = roll(4) === 0 ? { ...heard, isQuoted: roll(4) === 0 } : null
  const ways = [
    { kind: 'understood' },
    { kind: 'stop' },
    { kind: 'opens', opens: 'screening', id: null },
    { kind: 'opens', opens: 'topic', id: 'housing' },
    { kind: 'opens', opens: 'programme', id: 'bhyt_free_card' },
    { kind: 'opens', opens: 'programme', id: 'long gone' },
  ] as const
  const does = ways[roll(60)]
  talk.broadcastTap = does === undefined ? null : { broadcastId: id, does }
}

/** Plays one talk; returns what went wrong, or null. */
function playTalk(seed: number): string | null {
  const talk = new PureTalk()
  talk.news = { topics: [], isStopped: false, wasAsked: false }
  const roll = dice(seed)
  const said: string[] = []
  for (let turn = 0; turn < TURNS; turn++) {
    hearsOfPolicy(talk, roll)
    const { body, attachments } = anything(talk, roll)
    said.push(JSON.stringify(body).slice(0, 80))
    if (roll(40) === 0) talk.now = new Date(talk.now.getTime() + 4 * 86_400_000)
    try {
      const words = talk.hears(body, attachments)
      const passedOn = talk.effects.some(({ kind }) => kind === 'sayToTicket' || kind === 'replyToBroadcast')
      if (words === '' && body.kind !== 'left' && !passedOn) return `seed ${seed}: silence after ${said.join('\n')}`
      if (talk.offered().length > 5) return `seed ${seed}: more than five actions after ${said.join('\n')}`
    } catch (error) {
      return `seed ${seed}: ${error instanceof Error ? error.stack : error}\n${said.join('\n')}`
    }
  }
  talk.broadcastTap = null
  // Somebody who was just forgotten is greeted first.
  if (talk.session === null) {
    talk.hears({ kind: 'start', payload: null })
    talk.taps('refuse')
  }
  talk.says('menu')
  return talk.session?.flow === 'menu' ? null : `seed ${seed}: no way to the menu after\n${said.join('\n')}`
}

const STOPS = ['STOP', 'ngung nhan tin', 'dừng', 'Đừng nhắn nữa ạ']

/** Plays one talk and says "stop" after every turn, each time as if it were the next thing; what was left unheard. */
function stopEverywhere(seed: number): string | null {
  const talk = new PureTalk()
  talk.news = { topics: ['credit'], isStopped: false, wasAsked: false }
  const roll = dice(seed)
  const said: string[] = []
  for (let turn = 0; turn < TURNS; turn++) {
    const { body, attachments } = anything(talk, roll)
    said.push(JSON.stringify(body).slice(0, 80))
    talk.hears(body, attachments)
    const { session, news, consented, communeCode, tickets, profile, talkTicketId } = talk
    const words = STOPS[turn % STOPS.length] ?? 'STOP'
    const answer = talk.says(words)
    const isHeard = talk.effects.some((effect) => effect.kind === 'stopInformation')
    const stays = session === null || talk.session?.waiting.kind === session.waiting.kind
    if (!isHeard || answer === '' || !stays) return `seed ${seed}: "${words}" is lost after\n${said.join('\n')}`
    Object.assign(talk, { session, news, consented, communeCode, tickets, profile, talkTicketId })
  }
  return null
}

describe('A thousand people who tap, type nonsense and send photos', () => {
  it('never meet an exception, a silence or a dead end, and always find the menu', () => {
    const troubles = Array.from({ length: TALKS }, (_, seed) => playTalk(seed)).filter((trouble) => trouble !== null)

    expect(troubles.slice(0, 3)).toEqual([])
  }, 60_000)
})

describe('Three hundred people who want no more messages', () => {
  it('are heard at every step, are answered, and stay where they were', () => {
    const lost = Array.from({ length: 300 }, (_, seed) => stopEverywhere(seed)).filter((trouble) => trouble !== null)

    expect(lost.slice(0, 3)).toEqual([])
  }, 60_000)
})

import { describe, expect, it } from 'vitest'
import { readCommand } from '../../src/understanding/commands.ts'

describe('A person says one of the words that always work', () => {
  it.each([
    ['menu', 'menu'],
    ['/menu', 'menu'],
    ['/start abc', 'start'],
    ['/dung', 'stop'],
    ['Quay lại ạ', 'back'],
    ['quay lai', 'back'],
    ['thôi không làm nữa', 'cancel'],
    ['huỷ', 'cancel'],
    ['sửa lại giúp tôi với', 'correct'],
    ['nhắc lại câu hỏi', 'repeat'],
    ['cho tôi gặp cán bộ ạ', 'officer'],
    ['toi muon gap nguoi that', 'officer'],
    ['cho tôi nói chuyện với cán bộ xã được không ạ', 'officer'],
    ['DỪNG', 'stop'],
    ['dung', 'stop'],
    ['tôi không muốn nhận tin nữa', 'stop'],
    ['đừng nhắn tin cho tôi nữa', 'stop'],
    ['dừng tất cả', 'stop_all'],
    ['dung tat ca', 'stop_all'],
    ['hồ sơ của tôi đến đâu rồi', 'status'],
    ['help me', 'help'],
    ['English please', 'language_en'],
    ['tiếng việt', 'language_vi'],
    ['đổi ngôn ngữ', 'language'],
    ['xoá dữ liệu của tôi', 'erase'],
    ['bắt đầu lại', 'start'],
    ['gọi cán bộ cho tôi', 'officer'],
    ['hs của tui sao rồi', 'status'],
    ['HY-2026-000001 đến đâu rồi', 'status'],
    ['phiếu hy-2026-000123 của tôi sao rồi ạ', 'status'],
    ['where is my request', 'status'],
    ['my application status', 'status'],
    ['mục lục', 'menu'],
    ['đổi xã', 'commune'],
    ['cho tôi đổi phường', 'commune'],
    ['doi xa', 'commune'],
    ['change commune', 'commune'],
    ['/doixa', 'commune'],
  ] as const)('"%s" is %s', (text, command) => {
    const read = readCommand(text)

    expect(read).toBe(command)
  })

  it('may say yes without its mark where a yes is asked for', () => {
    const read = readCommand('dung', { expectsYesNo: true })

    expect(read).toBeNull()
  })

  it('may still stop there when the mark is set', () => {
    const read = readCommand('dừng', { expectsYesNo: true })

    expect(read).toBe('stop')
  })
})

describe('A person only mentions such a word', () => {
  it.each([
    'cán bộ xã gây khó dễ cho tôi',
    'trợ giúp pháp lý',
    'xe buýt dừng lại ở đâu',
    'tôi muốn sửa nhà',
    'đúng',
    'có',
    'không',
    'hồ sơ vay vốn gồm những gì',
    'bao giờ bắt đầu xét hộ nghèo',
    '',
    '👍',
    '/etc/passwd',
    'tôi chuyển sang xã khác thì sổ hộ nghèo còn dùng được không',
    'cán bộ đòi tiền hồ sơ của tôi',
  ])('"%s" is no command', (text) => {
    const read = readCommand(text)

    expect(read).toBeNull()
  })
})

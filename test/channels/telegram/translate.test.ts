import fc from 'fast-check'
import type { Update } from 'grammy/types'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { translate } from '../../../src/channels/telegram/translate.ts'
import { telegramUpdateSchema } from '../../../src/channels/telegram/update-schema.ts'

const CHAT = 42
const from = { id: CHAT, is_bot: false, first_name: 'A' }
const chat = { id: CHAT, type: 'private' as const, first_name: 'A' }

/** Takes what Telegram promises: the schema may not ask for more. */
function read(update: Update & z.input<typeof telegramUpdateSchema>) {
  return translate(telegramUpdateSchema.parse(update), '7')
}

function message(content: Record<string, unknown>) {
  return telegramUpdateSchema.parse({ update_id: 9, message: { message_id: 3, date: 0, chat, from, ...content } })
}

const said = (content: Record<string, unknown>) => translate(message(content), '7')
const body = (content: Record<string, unknown>) => said(content)?.body

describe('a message on Telegram', () => {
  it('is known by bot, chat and number', () => {
    const update = read({ update_id: 9, message: { message_id: 3, date: 0, chat, from, text: 'xin chào' } })

    expect(update).toEqual({
      channel: 'telegram',
      account: '7',
      address: '42',
      externalId: '9',
      messageId: '3',
      quotedMessageId: null,
      body: { kind: 'text', text: 'xin chào' },
    })
  })

  it('tells which message it answers', () => {
    const update = said({ text: 'đúng rồi', reply_to_message: { message_id: 2, date: 0, chat } })

    expect(update?.quotedMessageId).toBe('2')
  })

  it.each([
    ['/start', { kind: 'start', payload: null }],
    ['/start ticket_7', { kind: 'start', payload: 'ticket_7' }],
    ['/start@cau_noi_bot x', { kind: 'start', payload: 'x' }],
    ['/menu', { kind: 'text', text: 'menu' }],
    ['/canbo', { kind: 'text', text: 'gặp cán bộ' }],
    ['/STOP', { kind: 'text', text: 'dừng' }],
    ['/lạ', { kind: 'text', text: '/lạ' }],
    ['/vayvon 5 triệu', { kind: 'text', text: 'vayvon 5 triệu' }],
    ['/', { kind: 'text', text: '/' }],
  ])('%s opens the talk or stands for words', (text, expected) => {
    expect(body({ text })).toEqual(expected)
  })

  it('with a photo names the largest that a bot may fetch', () => {
    const photo = [
      { file_id: 's', file_unique_id: 's', width: 1, height: 1, file_size: 100 },
      { file_id: 'm', file_unique_id: 'm', width: 1, height: 1, file_size: 5_000_000 },
      { file_id: 'l', file_unique_id: 'l', width: 1, height: 1, file_size: 31_000_000 },
    ]

    expect(body({ photo, caption: 'sổ hộ nghèo' })).toMatchObject({
      kind: 'file',
      file: { media: 'photo', externalId: 'm', mediaType: 'image/jpeg', sizeBytes: 5_000_000, caption: 'sổ hộ nghèo' },
    })
  })

  it.each([
    ['document', { document: { file_id: 'f', mime_type: 'application/pdf', file_name: 'don.pdf' } }],
    ['voice', { voice: { file_id: 'f', duration: 1 } }],
    ['video', { video: { file_id: 'f' } }],
    ['video', { video_note: { file_id: 'f' } }],
    ['sticker', { sticker: { file_id: 'f' } }],
    ['document', { audio: { file_id: 'f' } }],
  ])('with a file says that it is a %s', (media, content) => {
    expect(body(content)).toMatchObject({ kind: 'file', file: { media, externalId: 'f', attachmentId: null } })
  })

  it('with a place gives the place', () => {
    expect(body({ location: { latitude: 20.6, longitude: 106.1 } })).toEqual({
      kind: 'location',
      latitude: 20.6,
      longitude: 106.1,
    })
  })

  it.each([
    ['their own', CHAT, true],
    ["somebody else's", 43, false],
    ["a stranger's", undefined, false],
  ])('with a phone number says whether it is %s', (_whose, user_id, own) => {
    expect(body({ contact: { phone_number: '+84901234567', first_name: 'A', user_id } })).toEqual({
      kind: 'phone',
      phone: '+84901234567',
      own,
    })
  })

  it('that we cannot read is said to be so', () => {
    expect(body({ poll: { id: '1' } })).toEqual({ kind: 'unsupported', what: 'poll' })
  })

  it.each([
    ['in a group', { chat: { id: -5, type: 'group', title: 'g' }, text: 'x' }],
    ['of another bot', { from: { id: 8, is_bot: true, first_name: 'b' }, text: 'x' }],
    ['that Telegram made itself', { pinned_message: { message_id: 1 } }],
  ])('%s is none of our business', (_which, content) => {
    expect(said(content)).toBeNull()
  })
})

describe('what else a person does on Telegram', () => {
  it('is a tap on a button, with the message it stood under', () => {
    const update = read({
      update_id: 10,
      callback_query: {
        id: 't',
        from,
        chat_instance: '1',
        data: 'abc',
        message: { message_id: 2, date: 1, chat, text: 'Chọn' },
      },
    })

    expect(update).toMatchObject({ address: '42', body: { kind: 'action', actionId: 'abc' }, quotedMessageId: '2' })
  })

  it.each(['', 'a b', 'x'.repeat(65), 'a\0', '../x'])(
    'is none of ours when its button has no id of ours: %j',
    (data) => {
      const message = { message_id: 2, date: 1, chat, text: 'Chọn' }

      expect(read({ update_id: 1, callback_query: { id: 't', from, chat_instance: '1', data, message } })).toBeNull()
    },
  )

  it.each([
    ['blocking us', 'member', 'kicked', { kind: 'left' }],
    ['letting us speak again', 'kicked', 'member', { kind: 'back' }],
  ])('is %s', (_what, before, after, expected) => {
    const update = telegramUpdateSchema.parse({
      update_id: 11,
      my_chat_member: { chat, from, date: 0, old_chat_member: { status: before }, new_chat_member: { status: after } },
    })

    expect(translate(update, '7')).toMatchObject({ address: '42', body: expected })
  })

  it('is correcting a message', () => {
    const update = read({
      update_id: 12,
      edited_message: { message_id: 3, date: 0, edit_date: 1, chat, from, text: 'sửa lại' },
    })

    expect(update).toMatchObject({ externalId: '12', messageId: '3', body: { kind: 'edit', text: 'sửa lại' } })
  })

  it.each([
    ['a place that moves on', { location: { latitude: 20.6, longitude: 106.1, live_period: 900 } }],
    ['what is corrected in a group', { chat: { id: -5, type: 'group', title: 'g' }, text: 'x' }],
  ])('is not %s', (_what, content) => {
    const update = telegramUpdateSchema.parse({
      update_id: 13,
      edited_message: { message_id: 3, date: 0, edit_date: 1, chat, from, ...content },
    })

    expect(translate(update, '7')).toBeNull()
  })

  it('is sending several photos as one', () => {
    const photo = [{ file_id: 'p', file_unique_id: 'p', width: 1, height: 1, file_size: 100 }]

    expect(said({ photo, media_group_id: '123' })).toMatchObject({ albumId: '123', body: { kind: 'file' } })
    expect(said({ text: 'x', media_group_id: '123' })).not.toHaveProperty('albumId')
  })

  it('never stops us, whatever the words', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(), (text, id) => {
        const update = said({ text, message_id: id })

        expect(update === null || update.messageId === String(id)).toBe(true)
      }),
    )
  })
})

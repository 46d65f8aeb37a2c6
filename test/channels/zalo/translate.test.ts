import { describe, expect, it } from 'vitest'
import { zaloEventSchema } from '../../../src/channels/zalo/event-schema.ts'
import { payloadOf, translate } from '../../../src/channels/zalo/translate.ts'

const OA = '900100'
const AT = 1_790_000_000_000

function read(event: object) {
  return translate(zaloEventSchema.parse({ app_id: '1001', timestamp: String(AT), ...event }), OA)
}

const fromPerson = { sender: { id: 'u1' }, recipient: { id: OA } }
const said = (event_name: string, message: object) =>
  read({ event_name, ...fromPerson, message: { msg_id: 'm1', ...message } })
const attached = (name: string, payload: object, more: object = {}) =>
  said(name, { attachments: [{ type: 'x', payload }], ...more }).updates[0]?.body

const aFile = {
  externalId: 'https://cdn.example.vn/1',
  attachmentId: null,
  mediaType: null,
  sizeBytes: null,
  name: null,
  caption: null,
}

describe('what a person sends on Zalo', () => {
  it.each([
    ['words', said('user_send_text', { text: 'xin chào' }).updates[0]?.body, { kind: 'text', text: 'xin chào' }],
    [
      'a tap',
      said('user_send_text', { text: payloadOf('aB3_-x') }).updates[0]?.body,
      { kind: 'action', actionId: 'aB3_-x' },
    ],
    [
      'a picture',
      attached('user_send_image', { thumbnail: 't', url: aFile.externalId }, { text: 'sổ hộ nghèo' }),
      { kind: 'file', file: { ...aFile, media: 'photo', caption: 'sổ hộ nghèo' } },
    ],
    [
      'a moving picture',
      attached('user_send_gif', { url: aFile.externalId }),
      { kind: 'file', file: { ...aFile, media: 'photo' } },
    ],
    [
      'a voice',
      attached('user_send_audio', { url: aFile.externalId }),
      { kind: 'file', file: { ...aFile, media: 'voice' } },
    ],
    [
      'a film',
      attached('user_send_video', { url: aFile.externalId, thumbnail: 't', description: 'd' }),
      { kind: 'file', file: { ...aFile, media: 'video' } },
    ],
    [
      'a document',
      attached('user_send_file', {
        url: aFile.externalId,
        size: '1234',
        name: 'don.pdf',
        checksum: 'c',
        type: 'application/pdf',
      }),
      {
        kind: 'file',
        file: { ...aFile, media: 'document', sizeBytes: 1234, name: 'don.pdf', mediaType: 'application/pdf' },
      },
    ],
    [
      'a sticker',
      attached('user_send_sticker', { id: 's', url: aFile.externalId }),
      { kind: 'file', file: { ...aFile, media: 'sticker' } },
    ],
    [
      'a place, in strings',
      attached('user_send_location', { coordinates: { latitude: '21.01', longitude: '105.80' } }, { text: 'Xã A' }),
      { kind: 'location', latitude: 21.01, longitude: 105.8 },
    ],
    [
      'a place, in numbers',
      attached('user_send_location', { coordinates: { latitude: 20.9, longitude: 106 } }),
      { kind: 'location', latitude: 20.9, longitude: 106 },
    ],
    [
      'a place that is none',
      attached('user_send_location', { coordinates: { latitude: '210', longitude: 'x' } }),
      { kind: 'unsupported', what: 'location' },
    ],
    [
      'a link',
      attached('user_send_link', { description: 'Tin', url: 'https://a.vn', thumbnail: 't' }),
      { kind: 'text', text: 'Tin https://a.vn' },
    ],
    ['a card', attached('user_send_business_card', {}), { kind: 'unsupported', what: 'business_card' }],
    ['a picture without an address', attached('user_send_image', {}), { kind: 'unsupported', what: 'photo' }],
  ])('is %s', (_what, body, expected) => {
    expect(body).toEqual(expected)
  })

  it('is known by its kind and message, quotes what it quotes, and opens the window', () => {
    const { updates, interaction } = said('user_send_text', { text: 'vâng', quote_msg_id: 'm0' })

    expect(updates).toMatchObject([
      {
        channel: 'zalo',
        account: OA,
        address: 'u1',
        externalId: 'user_send_text:m1',
        messageId: 'm1',
        quotedMessageId: 'm0',
      },
    ])
    expect(interaction).toEqual({ address: 'u1', at: new Date(AT) })
  })

  it('is several pictures at once, with their words at the first', () => {
    const urls = ['https://cdn.example.vn/1', 'https://cdn.example.vn/2']

    const { updates } = said('user_send_image', {
      text: 'sổ',
      attachments: urls.map((url) => ({ type: 'image', payload: { url } })),
    })

    expect(updates).toHaveLength(1)
    expect(updates[0]?.body).toMatchObject({
      kind: 'file',
      file: { externalId: urls[0], caption: 'sổ' },
      more: [{ externalId: urls[1], caption: null }],
    })
  })

  it.each(['#cn:', '#cn:có dấu', '#cn:a b', '# cn:abc', `#cn:${'a'.repeat(65)}`])(
    'is words when %j is typed',
    (text) => {
      const [update] = said('user_send_text', { text }).updates

      expect(update?.body.kind).toBe('text')
    },
  )

  it('is cut when nobody could have typed it', () => {
    const [update] = said('user_send_text', { text: 'a'.repeat(500_000) }).updates

    expect(update?.body).toEqual({ kind: 'text', text: 'a'.repeat(4_000) })
  })
})

describe('what a person does on Zalo', () => {
  it('begins a talk by following', () => {
    const { updates, interaction } = read({
      event_name: 'follow',
      oa_id: OA,
      follower: { id: 'u1' },
      source: 'oa_profile',
    })

    expect(updates).toMatchObject([
      { address: 'u1', body: { kind: 'start', payload: null }, externalId: `follow:${AT}:u1` },
    ])
    expect(interaction?.address).toBe('u1')
  })

  it('leaves by unfollowing, which opens nothing', () => {
    const { updates, interaction } = read({ event_name: 'unfollow', oa_id: OA, follower: { id: 'u1' } })

    expect(updates).toMatchObject([{ address: 'u1', body: { kind: 'left' } }])
    expect(interaction).toBeNull()
  })

  it.each([
    ['new', { name: 'N', phone: '84900000000', full_address: { user_city: 'C', user_ward: 'W' } }],
    ['old', { address: '1 D', phone: 84900000000, city: 'C', district: 'D', ward: 'W', name: 'N' }],
  ])('gives a phone number in the %s form', (_form, info) => {
    const { updates, phone } = read({ event_name: 'user_submit_info', ...fromPerson, info })

    expect(updates).toMatchObject([{ body: { kind: 'phone', phone: '84900000000', own: true } }])
    expect(phone).toEqual({ address: 'u1', phone: '84900000000' })
  })

  it('opens the window by the chat button without saying anything', () => {
    const { updates, interaction } = read({ event_name: 'user_click_chatnow', oa_id: OA, user_id: 'u1' })

    expect(updates).toEqual([])
    expect(interaction).toEqual({ address: 'u1', at: new Date(AT) })
  })
})

describe('what else Zalo tells', () => {
  it.each([
    ['from the account', { sender: { id: OA }, recipient: { id: 'u1' } }],
    ['from the person', { sender: { id: 'u1' }, recipient: { id: OA } }],
  ])('names the same person in a receipt %s', (_direction, parties) => {
    const seen = read({ event_name: 'user_seen_message', ...parties, message: { msg_ids: ['m3', 'm4'] } })
    const received = read({ event_name: 'user_received_message', ...parties, message: { msg_id: 'm3' } })

    expect(seen.receipt).toEqual({ kind: 'seen', address: 'u1', messageIds: ['m3', 'm4'], at: new Date(AT) })
    expect(received.receipt).toEqual({ kind: 'received', address: 'u1', messageIds: ['m3'], at: new Date(AT) })
    expect([...seen.updates, ...received.updates]).toEqual([])
  })

  it('counts the moment on the phone in a receipt of a template', () => {
    const message = { msg_id: 'm9', tracking_id: 'n12', delivery_time: String(AT - 5_000) }

    const { receipt } = read({ event_name: 'user_received_message', recipient: { id: '84900000000' }, message })

    expect(receipt).toEqual({ kind: 'template', trackingId: 'n12', messageId: 'm9', at: new Date(AT - 5_000) })
  })

  it('tells an officer who wrote in the inbox from what we sent ourselves', () => {
    const officer = read({
      event_name: 'oa_send_text',
      sender: { id: OA, admin_id: 'a7' },
      recipient: { id: 'u1' },
      message: { msg_id: 'm5', text: 'Chào bác' },
    })
    const ours = read({
      event_name: 'oa_send_text',
      sender: { id: OA },
      recipient: { id: 'u1' },
      message: { msg_id: 'm6', text: 'Chào bác' },
    })

    expect(officer.updates).toMatchObject([{ address: 'u1', body: { kind: 'officer', text: 'Chào bác' } }])
    expect(officer.interaction).toBeNull()
    expect(ours.updates).toEqual([])
  })

  it('learns a new quota under whatever key it comes', () => {
    const { news } = read({
      event_name: 'change_oa_daily_quota',
      oaId: OA,
      quota: { prev_value: 500, new_value: '1500' },
    })

    expect(news).toEqual({ kind: 'quota', name: 'template-daily', value: 1500 })
  })

  it('learns that a template was taken away', () => {
    const { news } = read({
      event_name: 'change_template_status',
      oa_id: OA,
      template_id: 300100,
      status: { prev_status: 'ENABLE', new_status: 'DISABLE' },
    })

    expect(news).toEqual({ kind: 'template', templateId: '300100', status: 'DISABLE' })
  })

  it.each(['user_feedback', 'add_user_to_tag', 'widget_interaction_accepted', 'user_reacted_message', 'a_new_one'])(
    'passes over %s',
    (event_name) => {
      const { updates, interaction, receipt, news } = read({ event_name, ...fromPerson, message: { msg_id: 'm1' } })

      expect({ updates, interaction, receipt, news }).toEqual({
        updates: [],
        interaction: null,
        receipt: null,
        news: null,
      })
    },
  )

  it('passes over the events of other accounts', () => {
    const follow = read({ event_name: 'follow', oa_id: '777', follower: { id: 'u1' } })
    const words = read({
      event_name: 'user_send_text',
      sender: { id: 'u1' },
      recipient: { id: '777' },
      message: { msg_id: 'm', text: 'x' },
    })

    expect([...follow.updates, ...words.updates]).toEqual([])
  })
})

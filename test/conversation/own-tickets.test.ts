import { describe, expect, it } from 'vitest'
import { ask } from '../../src/desk/ask.ts'
import { checkIn } from '../../src/desk/check-in.ts'
import { claim } from '../../src/desk/claim.ts'
import { resolve } from '../../src/desk/resolve.ts'
import { closeSilent } from '../../src/desk/round.ts'
import { anOfficer } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { startSpine, Talk, type TalkChannel } from '../support/talk.ts'

/** Somebody of Phố Hiến whose request an officer of the ward has. */
async function aPersonWithATicket(channel: TalkChannel) {
  const { sql } = await createDatabase()
  const spine = await startSpine(sql)
  const talk = new Talk(spine, channel)
  const officer = await anOfficer(sql)
  await talk.starts()
  await talk.taps('Đồng ý')
  for (const words of ['pho hien', 'gặp cán bộ', 'Hỏi về sổ hộ nghèo của nhà tôi']) await talk.says(words)
  await talk.taps('Bỏ qua')
  await talk.taps('Gửi')
  const seqOf = async () => {
    const [row] = await sql<{ number: string; seq: number }[]>`select number, last_seq as seq from tickets`
    return { number: row?.number ?? '', officer, seen: row?.seq ?? 0 }
  }
  await claim(sql, spine.desk, await seqOf(), spine.clock.now())
  await spine.settle()
  const askFor = async (...papers: string[]) => {
    await ask(sql, spine.desk, { ...(await seqOf()), text: 'Bác gửi giúp.', papers }, spine.clock.now())
    await spine.settle()
    await talk.hears()
  }
  const end = async () => {
    const said = { result: 'advised' as const, reason: 'Đã có tên', basis: null, nextStep: 'Nhận sổ', text: null }
    await resolve(sql, spine.desk, { ...(await seqOf()), ...said }, spine.clock.now())
    await spine.settle()
    await talk.hears()
  }
  const days = (count: number) => spine.clock.set(new Date(spine.clock.now().getTime() + count * 86_400_000))
  const heard = async () => (await talk.hears()).map(({ text }) => text).join('\n')
  return { sql, spine, talk, askFor, end, days, heard, number: (await seqOf()).number }
}

describe('a person who was silent for so long that where they stood was forgotten', () => {
  it('is still heard by the officer who has the talk, and the bot keeps out of it', async () => {
    const { sql, spine, talk, askFor, heard } = await aPersonWithATicket('telegram')
    await askFor('Sổ hộ nghèo', 'Căn cước công dân')
    await sql`delete from sessions`

    await talk.says('tôi vẫn đang tìm sổ, cán bộ chờ thêm ít hôm')

    expect(await heard()).toBe('')
    const [row] = await sql`select count(*)::int as said from activity where verb = 'said'`
    expect(row?.said).toBe(1)
    await spine.close()
  })
})

describe('a person from whom an officer awaits papers', () => {
  it('gets a receipt for each, and is not answered by the bot when they speak to the officer', async () => {
    const { spine, talk, askFor, heard, number, sql } = await aPersonWithATicket('web')
    await askFor('Sổ hộ nghèo', 'Căn cước công dân')

    await talk.sendsPhoto()
    const receipt = await heard()
    await talk.says('căn cước tôi để ở nhà, mai tôi gửi cho cán bộ nhé')
    const afterWords = await heard()

    expect(receipt).toContain(`hồ sơ ${number}`)
    expect(receipt).toContain('Ảnh vừa gửi là giấy nào?')
    expect(afterWords).toBe('')
    const [row] = await sql`select count(*)::int as said from activity where verb = 'said'`
    expect(row?.said).toBe(2)
    await spine.close()
  })

  it('need not say which one it is when they wrote it under the photo', async () => {
    const { spine, talk, askFor, heard } = await aPersonWithATicket('web')
    await askFor('Sổ hộ nghèo', 'Căn cước công dân')

    await spine.take([
      {
        channel: 'web',
        account: 'web',
        address: talk.address,
        externalId: 'captioned',
        messageId: 'captioned',
        quotedMessageId: null,
        body: {
          kind: 'file',
          file: {
            media: 'photo',
            externalId: 'photo',
            attachmentId: null,
            mediaType: 'image/jpeg',
            sizeBytes: 1_000,
            name: null,
            caption: 'can cuoc cong dan cua toi',
          },
        },
      },
    ])

    const words = await heard()
    expect(words).toContain('còn thiếu')
    expect(words).toContain('• Sổ hộ nghèo')
    expect(words).not.toContain('• Căn cước')
    await spine.close()
  })

  it('is asked for no more once all of them came', async () => {
    const { spine, talk, askFor, heard } = await aPersonWithATicket('telegram')
    await askFor('Sổ hộ nghèo', 'Căn cước công dân')
    await talk.sendsPhoto()

    await talk.taps('Đủ hết')
    await talk.hears()
    await talk.says('hồ sơ của tôi')

    expect(await heard()).not.toContain('chưa gửi')
    await spine.close()
  })
})

describe('a person whose window on Zalo is closed', () => {
  it('is asked whether it was settled when they write again, and can say so by the button', async () => {
    const { sql, spine, talk, end, days, heard } = await aPersonWithATicket('zalo')
    await end()
    days(15)
    await closeSilent(sql, spine.desk, spine.clock.now())
    await checkIn(sql, spine.desk, spine.clock.now())
    await spine.settle()
    const unasked = await heard()

    await talk.says('chào bạn')
    // What waited is tried again after a while.
    spine.clock.set(new Date(spine.clock.now().getTime() + 3_600_000))
    await spine.settle()
    const asked = await heard()
    await talk.taps('Đã xong')

    expect(unasked).not.toContain('thật sự xong')
    expect(asked).toContain('thật sự xong')
    expect(await heard()).toContain('Cảm ơn quý vị')
    const [ticket] = await sql`select status, confirmed_at is not null as confirmed from tickets`
    expect(ticket).toEqual({ status: 'closed', confirmed: true })
    await spine.close()
  })
})

describe('a person who asks by number', () => {
  it.each(['%s', 'hồ sơ %s', 'cho tôi hỏi hồ sơ %s đến đâu rồi ạ', 'kiểm tra %s'])(
    '"%s" is told how it stands',
    async (words) => {
      const { spine, talk, heard, number } = await aPersonWithATicket('web')
      await talk.says('menu')
      await talk.hears()

      await talk.says(words.replace('%s', number.toLowerCase().replaceAll('-', ' ')))

      expect(await heard()).toContain(`${number} (`)
      await spine.close()
    },
  )

  it('learns nothing of a ticket of somebody else', async () => {
    const { sql, spine, number } = await aPersonWithATicket('web')
    const other = new Talk(spine, 'telegram')
    await other.starts()
    await other.taps('Đồng ý')
    await other.says('pho hien')
    await other.hears()

    await other.says(`hồ sơ ${number} đến đâu rồi`)

    const words = (await other.hears()).map(({ text }) => text).join('\n')
    expect(words).toContain(`không có hồ sơ ${number}`)
    expect(words).not.toContain('Phố Hiến')
    const [row] = await sql`select count(*)::int as tickets from tickets`
    expect(row?.tickets).toBe(1)
    await spine.close()
  })
})

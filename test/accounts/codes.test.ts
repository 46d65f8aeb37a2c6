import { describe, expect, it } from 'vitest'
import { issueCode, readCode, spellCode } from '../../src/accounts/codes.ts'
import { codeIn } from '../../src/conversation/link-code.ts'
import { newSession, type Session } from '../../src/conversation/session.ts'
import { forget } from '../../src/messaging/forget.ts'
import { aContact, desk, MONDAY } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'

const { sql } = await createDatabase()
const text = (words: string) => ({ kind: 'text' as const, text: words })
const session: Session = newSession({ id: 'menu', version: 1, start: 'choose' }, 'vi', MONDAY)
const asking: Session = { ...session, waiting: { kind: 'question', id: 'birth' } }

describe('a one-time code', () => {
  it('has eight digits, is spelled in two halves and read from what people type', async () => {
    const { id } = await aContact(sql)

    const { code, expiresAt } = await issueCode(sql, desk.secrets, { contactId: id }, MONDAY)

    expect(code).toMatch(/^\d{8}$/)
    expect(expiresAt.getTime() - MONDAY.getTime()).toBe(10 * 60_000)
    expect([spellCode(code), code, ` ${spellCode(code)} `, spellCode(code).replace(' ', '-')].map(readCode)).toEqual([
      code,
      code,
      code,
      code,
    ])
  })

  it('stands nowhere as it is', async () => {
    const { id } = await aContact(sql)

    const { code } = await issueCode(sql, desk.secrets, { contactId: id }, MONDAY)

    const rows = await sql`select * from link_codes where contact_id = ${id}`
    expect(rows).toHaveLength(1)
    expect(JSON.stringify(rows)).not.toContain(code)
  })

  it('ends the one that was given before it', async () => {
    const { id } = await aContact(sql)
    await issueCode(sql, desk.secrets, { contactId: id }, MONDAY)

    await issueCode(sql, desk.secrets, { contactId: id }, MONDAY)

    expect(await sql`select 1 from link_codes where contact_id = ${id}`).toHaveLength(1)
  })
})

describe('what is left of codes and copies', () => {
  it('goes when its time is over', async () => {
    const [contact, later] = [await aContact(sql), new Date(MONDAY.getTime() + 8 * 86_400_000)]
    await issueCode(sql, desk.secrets, { contactId: contact.id }, MONDAY)
    await sql`insert into link_tries (scope, count, until) values (${contact.id}, 3, ${MONDAY})`
    await sql`update contacts set consent_at = ${MONDAY} where id = ${contact.id}`
    for (const type of ['text/plain', 'image/jpeg']) {
      await sql`insert into attachments (id, contact_id, channel, account, media_type, created_at)
        values (gen_random_uuid(), ${contact.id}, 'web', 'web', ${type}, ${MONDAY})`
    }

    await forget(sql, later, { log: { error() {} } })

    const [left] = await sql`select (select count(*) from link_codes where contact_id = ${contact.id}) as codes,
      (select count(*) from link_tries where scope = ${contact.id}) as tries,
      (select array_agg(media_type) from attachments where contact_id = ${contact.id}) as files`
    expect(left).toEqual({ codes: 0, tries: 0, files: ['image/jpeg'] })
  })
})

describe('eight digits that somebody types', () => {
  it.each([
    ['12345678', '12345678'],
    ['1234 5678', '12345678'],
    ['mã 1234 5678', '12345678'],
    ['Mã: 12345678', '12345678'],
    ['lien ket 12345678', '12345678'],
    ['link 1234-5678', '12345678'],
    ['1234567', null],
    ['0912345678', null],
    ['mã', null],
    ['tôi có 12345678 đồng', null],
  ])('"%s" at the menu is the code %s', (words, expected) => {
    expect(codeIn(text(words), session, false)).toBe(expected)
  })

  it('are an answer where a day or an amount is asked for, unless they are called a code', () => {
    expect(codeIn(text('01011950'), asking, false)).toBeNull()
    expect(codeIn(text('mã 01011950'), asking, false)).toBe('01011950')
  })

  it('are words to the officer who holds the talk, unless they are called a code', () => {
    expect(codeIn(text('01011950'), session, true)).toBeNull()
    expect(codeIn(text('mã 01011950'), session, true)).toBe('01011950')
  })

  it('are a code as the first words of somebody new, and in a link that opens the chat', () => {
    expect(codeIn(text('12345678'), null, false)).toBe('12345678')
    expect(codeIn({ kind: 'start', payload: '12345678' }, asking, true)).toBe('12345678')
    expect(codeIn({ kind: 'start', payload: 'ticket_7' }, null, false)).toBeNull()
  })
})

import { describe, expect, it } from 'vitest'
import { aContact, aTicket, DEPARTMENT, wordsTo } from '../desk/desk-builders.ts'
import { TINY_JPEG } from '../fakes/telegram.ts'
import { createDatabase } from '../support/database.ts'
import { anApi, signedIn } from './api-server.ts'

const { sql } = await createDatabase()
const { api } = await anApi(sql)

async function lay(token: string, number: string, content: Buffer, type = 'image/jpeg') {
  return api.inject({
    method: 'POST',
    url: `/api/v1/tickets/${number}/attachments`,
    headers: { authorization: `Bearer ${token}`, 'content-type': type },
    payload: content,
  })
}

describe('a program that replies with a file', () => {
  it('lays it on the ticket and names it in the reply', async () => {
    const contact = await aContact(sql)
    const { number } = await aTicket(sql, contact)
    const officer = await signedIn(sql, api)

    const laid = await lay(officer.token, number, TINY_JPEG)
    const replied = await officer.post(`/tickets/${number}/reply`, {
      seen: 1,
      text: 'Bác xem giúp',
      attachments: [laid.json().id],
    })

    expect(laid.statusCode).toBe(201)
    expect(laid.json()).toMatchObject({ media_type: 'image/jpeg', size_bytes: TINY_JPEG.length })
    expect(replied.statusCode).toBe(200)
    expect(replied.json().messages.at(-1).attachments).toEqual([laid.json().id])
    expect((await wordsTo(sql, contact)).at(-1)).toContain('Bác xem giúp')
  })

  it('is told what the channel of the person carries', async () => {
    const contact = await aContact(sql)
    await sql`update contacts set channel = 'zalo' where id = ${contact.id}`
    const { number } = await aTicket(sql, contact)
    const officer = await signedIn(sql, api)

    const large = await lay(officer.token, number, Buffer.concat([TINY_JPEG, Buffer.alloc(1_048_576)]))
    const small = await lay(officer.token, number, TINY_JPEG)

    expect(large.statusCode).toBe(422)
    expect(large.body).toContain('zalo, carries JPG, PNG ≤ 1 MB; PDF ≤ 5 MB')
    expect(small.statusCode).toBe(201)
  })

  it('is told what is wrong with a file, and whose ticket it is not', async () => {
    const { number } = await aTicket(sql, await aContact(sql))
    const walkIn = await aTicket(sql, null)
    const officer = await signedIn(sql, api)
    const stranger = await signedIn(sql, api, { unitId: DEPARTMENT, roles: ['department_officer'] })

    const answers = [
      await lay(officer.token, number, Buffer.from('<script>'), 'image/png'),
      await lay(officer.token, number, TINY_JPEG, 'text/html'),
      await lay(officer.token, number, Buffer.concat([TINY_JPEG, Buffer.alloc(10 * 1024 * 1024)])),
      await lay(officer.token, walkIn.number, TINY_JPEG),
      await lay(stranger.token, number, TINY_JPEG),
      await lay(officer.token, 'HY-2026-999999', TINY_JPEG),
      await lay('nobody', number, TINY_JPEG),
    ]

    expect(answers.map((answer) => answer.statusCode)).toEqual([415, 415, 413, 422, 403, 404, 401])
    expect(
      await sql`select 1 from attachments where ticket_id in (select id from tickets where number = ${number})`,
    ).toEqual([])
  })
})

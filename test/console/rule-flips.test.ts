import { describe, expect, it } from 'vitest'
import { findBroadcast } from '../../src/broadcasts/store.ts'
import { aPerson } from '../broadcasts/broadcast-builders.ts'
import { anOfficer, MONDAY } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { aBrowser, aConsole } from './console-app.ts'

const { sql } = await createDatabase()
const { sql: quiet } = await createDatabase()
const app = await aConsole(sql, { clock: { now: () => MONDAY } })
const RULE = '/console/rules/social_pension'
const said = { household_status: 'poor', pension: 'none' }
for (let count = 0; count < 6; count++) await aPerson(sql, { said, ages: [76] })
await aPerson(sql, { said, ages: [30] })

const an = (role: 'editor' | 'administrator' | 'commune_officer') => anOfficer(sql, { unitId: null, roles: [role] })
const browserOf = async (role: Parameters<typeof an>[0]) => aBrowser(app, sql, await an(role))
const flip = { programme: 'social_pension', day: '2025-07-01', kinds: ['newly_eligible'] }

/** Presses "Soạn tin" for those who may newly be entitled, and gets the form of the draft. */
async function aDraftOf(browser: Awaited<ReturnType<typeof browserOf>>) {
  const { html } = await browser.get(`${RULE}/flips?day=2025-07-01`)
  const form_token = /name="form_token" value="([^"]+)"/.exec(html)?.[1] ?? ''
  const { status, location = '' } = await browser.post(`${RULE}/flips`, {
    form_token,
    day: flip.day,
    kind: 'newly_eligible',
  })
  return { status, location, id: location.split('/').at(-2) ?? '', form_token }
}

describe('an editor who looks at a change of the rules', () => {
  it('is led there from the rule, and reads how many households it concerns and why', async () => {
    const browser = await browserOf('editor')

    const rule = await browser.get(RULE)
    const { html } = await browser.get(`${RULE}/flips?day=2025-07-01`)

    expect(rule.html).toContain(`${RULE}/flips`)
    expect(html).toContain('Có thể được hưởng mới: 6 hộ')
    expect(html).toContain('Đủ 75 tuổi trở lên.')
    expect(html).not.toMatch(/undefined|\{\{/)
  })

  it('gets a draft to exactly those households, which stays so when it is kept', async () => {
    const browser = await browserOf('editor')
    const { status, location, id, form_token } = await aDraftOf(browser)
    const page = await browser.get(location)
    const hidden = /name="flip" value="([^"]+)"/.exec(page.html)?.[1] ?? ''
    const hash = /name="hash" value="([^"]+)"/.exec(page.html)?.[1] ?? ''

    const typed = { kind: 'duty', topic: topicOf(page.html), vi: 'Lời mới', catch_up: 'send', do: 'keep' }
    const kept = await browser.post(location, { form_token, hash, flip: hidden, ...typed })

    expect({ status, kept: kept.status }).toEqual({ status: 303, kept: 303 })
    expect((await findBroadcast(sql, id))?.content).toMatchObject({ texts: { vi: { text: 'Lời mới' } } })
    expect((await findBroadcast(sql, id))?.content.audience).toEqual({ flip })
    expect((await browser.get(`/console/broadcasts/${id}`)).html).toContain('có thể được hưởng mới từ ngày 01/07/2025')
  })

  it('never sends to everybody what was meant for a few and cannot be read', async () => {
    const browser = await browserOf('editor')
    const { location, id, form_token } = await aDraftOf(browser)
    const page = await browser.get(location)
    const hash = /name="hash" value="([^"]+)"/.exec(page.html)?.[1] ?? ''

    const typed = { kind: 'duty', topic: topicOf(page.html), vi: 'Lời mới', catch_up: 'send', do: 'keep' }
    const answer = await browser.post(location, { form_token, hash, flip: 'social_pension x', ...typed })

    expect(answer.status).toBe(422)
    expect((await findBroadcast(sql, id))?.content.audience).toEqual({ flip })
  })

  it('is not told of fewer than five', async () => {
    await using other = await aConsole(quiet, { clock: { now: () => MONDAY } })
    await aPerson(quiet, { said, ages: [76] })
    const browser = await aBrowser(other, quiet, await anOfficer(quiet, { unitId: null, roles: ['editor'] }))

    const { html } = await browser.get(`${RULE}/flips?day=2025-07-01`)

    expect(html).toContain('Có thể được hưởng mới: dưới 5 hộ')
    expect(html).not.toContain('1 hộ')
  })
})

describe('others', () => {
  it('count as administrators, but write nothing, and as officers of a commune do neither', async () => {
    const administrator = await (await browserOf('administrator')).get(`${RULE}/flips`)
    const officer = await browserOf('commune_officer')

    expect(administrator.status).toBe(200)
    expect(administrator.html).not.toContain('Soạn tin</button>')
    expect((await officer.get(`${RULE}/flips`)).status).toBe(403)
    expect((await officer.get(RULE)).html).not.toContain('/flips')
  })
})

function topicOf(html: string): string {
  const select = /<select id="topic"[\s\S]*?<\/select>/.exec(html)?.[0] ?? ''
  return /value="([^"]*)" selected/.exec(select)?.[1] ?? ''
}

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { approveBroadcast, submitBroadcast } from '../../src/broadcasts/approve.ts'
import { correctBroadcast } from '../../src/broadcasts/correct.ts'
import { editDraft } from '../../src/broadcasts/draft.ts'
import { freezeBroadcast } from '../../src/broadcasts/freeze.ts'
import { previewAudience } from '../../src/broadcasts/preview.ts'
import { cancelBroadcast, resumeBroadcast, scheduleBroadcast } from '../../src/broadcasts/run.ts'
import { findBroadcast } from '../../src/broadcasts/store.ts'
import { beginFreezing, settleCancelled, startDue } from '../../src/broadcasts/works.ts'
import { newId } from '../../src/ids.ts'
import { anOfficer, COMMUNE, desk, MONDAY } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { aContent, aDraft, aPerson, services } from './broadcast-builders.ts'

const now = () => MONDAY

async function aTown() {
  const { sql } = await createDatabase()
  const on = services(sql)
  const editor = await anOfficer(sql, { roles: ['editor'], unitId: null })
  const approver = await anOfficer(sql, { roles: ['approver'], unitId: null })
  const inLine = async (changed: Record<string, unknown> = {}) => {
    const { id } = await aDraft(on, editor, changed)
    await submitBroadcast(on, { id, officer: editor }, MONDAY)
    await approveBroadcast(on, { id, officer: approver }, MONDAY)
    await scheduleBroadcast(on, { id, officer: approver }, MONDAY)
    return id
  }
  const frozen = async (changed: Record<string, unknown> = {}) => {
    const id = await inLine(changed)
    await beginFreezing(on, MONDAY)
    await freezeBroadcast(on, id, { now })
    return id
  }
  const rowsOf = async (id: string) =>
    sql<{ contact_id: string; channel: string; state: string; reason: string | null }[]>`
      select contact_id, channel, state, reason from broadcast_recipients where broadcast_id = ${id} order by contact_id`
  const leftOut = async (id: string) => {
    const rows = await sql<{ reason: string; count: number }[]>`
      select reason, count from broadcast_exclusions where broadcast_id = ${id}`
    return Object.fromEntries(rows.map(({ reason, count }) => [reason, count]))
  }
  return { sql, on, editor, approver, inLine, frozen, rowsOf, leftOut }
}

describe('a duty message to everybody', async () => {
  const town = await aTown()
  const reached = await aPerson(town.sql)
  const blocked = await aPerson(town.sql, { unreachable: true })
  const otherBot = await aPerson(town.sql, { account: 'old-bot' })
  await aPerson(town.sql, { consented: false })
  await aPerson(town.sql, { stopped: 'all' })
  const noInformation = await aPerson(town.sql, { stopped: 'information' })

  it('gives everybody who agreed one row, a visit to those whom no channel reaches, and counts the others', async () => {
    const id = await town.frozen()

    const rows = await town.rowsOf(id)
    const states = Object.fromEntries(rows.map((row) => [row.contact_id, [row.state, row.reason]]))
    expect(states).toEqual({
      [reached]: ['waiting', null],
      [noInformation]: ['waiting', null],
      [blocked]: ['visit', 'unreachable'],
      [otherBot]: ['visit', 'channel-off'],
    })
    expect(await town.leftOut(id)).toEqual({ 'no-consent': 1, stopped: 1 })
  })

  it('waits in line once it is frozen, starts at its time, and says how many it concerns', async () => {
    const id = await town.inLine({ schedule: '2026-11-23T09:00:00+07:00' })
    await beginFreezing(town.on, MONDAY)
    await freezeBroadcast(town.on, id, { now })

    const early = await startDue(town.on, MONDAY)
    const waiting = await findBroadcast(town.sql, id)
    const due = await startDue(town.on, new Date('2026-11-23T09:00:00+07:00'))

    expect(early).not.toContain(id)
    expect(waiting).toMatchObject({ status: 'scheduled', households: 4 })
    expect(due).toContain(id)
    expect(await findBroadcast(town.sql, id)).toMatchObject({ status: 'sending' })
  })
})

describe('joined chats of one person', async () => {
  const town = await aTown()
  const home = await aPerson(town.sql)
  const side = await aPerson(town.sql, { channel: 'zalo', personId: home })
  await town.sql`update contacts set person_id = ${home} where id = ${home}`
  await town.sql`insert into messages (contact_id, author, sealed_body, created_at)
    values (${side}, 'citizen', '\\x00', ${MONDAY})`

  it('get the message once, where the person spoke last', async () => {
    const id = await town.frozen()

    expect(await town.rowsOf(id)).toMatchObject([{ contact_id: side, channel: 'zalo' }])
  })
})

describe('information on a topic', async () => {
  const town = await aTown()
  const subscribed = await aPerson(town.sql, { topics: ['jobs'] })
  await aPerson(town.sql, { topics: ['credit'] })
  await aPerson(town.sql, { topics: ['jobs'], stopped: 'information' })

  it('goes to those who asked for it and have not stopped it', async () => {
    const id = await town.frozen({ kind: 'information', topic: 'jobs' })

    expect(await town.rowsOf(id)).toMatchObject([{ contact_id: subscribed }])
    expect(await town.leftOut(id)).toEqual({ stopped: 1, 'not-subscribed': 1 })
  })

  it('leaves out whoever has had as much of it as a week allows', async () => {
    await town.frozen({ kind: 'information', topic: 'jobs', link: 'https://example.vn/1' })
    const id = await town.frozen({ kind: 'information', topic: 'jobs', link: 'https://example.vn/2' })

    expect(await town.rowsOf(id)).toEqual([])
    expect(await town.leftOut(id)).toMatchObject({ 'weekly-limit': 1 })
  })
})

describe('an audience by facts', async () => {
  const town = await aTown()
  const other = desk.territory.places.find((place) => place.to === null && place.code !== COMMUNE)?.code ?? ''
  const poor = await aPerson(town.sql, { said: { household_status: 'poor', household_size: 2 }, ages: [40, 4] })
  const near = await aPerson(town.sql, { said: { household_status: 'near_poor', household_size: 1 }, ages: [81] })
  const silent = await aPerson(town.sql)
  const elsewhere = await aPerson(town.sql, { commune: other, said: { household_status: 'poor' } })
  const nowhere = await aPerson(town.sql, { commune: null, said: { household_status: 'poor' } })
  const count = (audience: object) => previewAudience(town.on, aContent({ audience }), { corrects: null, now: MONDAY })
  const who = async (audience: object) => {
    const rows = await town.rowsOf(await town.frozen({ audience }))
    // Nobody has had enough for this week by it.
    await town.sql`delete from broadcast_recipients`
    return rows.map(({ contact_id: id }) => id).sort()
  }

  it('takes what people said; of whom nothing is known is neither in nor out', async () => {
    const audience = { household_status: [{ status: 'poor', source: 'said' }] }

    const preview = await count(audience)

    expect(preview).toMatchObject({ people: 4, smallHidden: true, lookedAt: 5, estimated: false })
    expect(await who(audience)).toEqual([poor, elsewhere, nowhere].sort())
  })

  it('takes in the unknown when it is told to', async () => {
    const audience = { household_status: [{ status: 'poor' }], include_unknown: true }

    expect(await who(audience)).toEqual([poor, silent, elsewhere, nowhere].sort())
  })

  it('looks for any member of an age, and says no only when all of the household are known', async () => {
    expect(await who({ ages: { from: 0, to: 5 } })).toEqual([poor])
    expect(await who({ ages: { from: 0, to: 5 }, include_unknown: true })).not.toContain(near)
  })

  it('takes a verified status from the register alone', async () => {
    const preview = await count({ household_status: [{ status: 'poor', source: 'verified' }] })

    expect(preview).toMatchObject({ people: 0, excluded: { unknown: 5 } })
  })

  it('shows the same of one household as of four, when what they keep sealed chose them', async () => {
    const [one, three] = [
      await count({ ages: { from: 0, to: 5 } }),
      await count({ household_status: [{ status: 'poor' }] }),
    ]

    expect(one).toEqual(three)
    expect(one).toMatchObject({ people: 4, reached: [{ count: 4 }], excluded: {}, sample: [] })
  })

  it('finds people of a commune by its name of before', async () => {
    const old = desk.territory.places.find((place) => place.to !== null && place.successors.includes(COMMUNE))

    const found = await who({ communes: [old?.key ?? ''] })

    expect(found).toEqual([poor, near, silent].sort())
  })

  it('combines all that is asked', async () => {
    expect(await who({ communes: [other], household_status: [{ status: 'poor' }] })).toEqual([elsewhere])
  })

  it('shows some of those concerned, with nothing that names them', async () => {
    const { sample } = await count({ communes: [other] })

    expect(sample).toEqual([{ commune: other, channel: 'telegram', since: '2026-11', visit: false }])
  })

  it('says that it estimates when there are more people than it looked at', async () => {
    const preview = await previewAudience(town.on, aContent(), { corrects: null, now: MONDAY, most: 2 })

    expect(preview).toMatchObject({ estimated: true, lookedAt: 5, people: 5 })
  })
})

describe('a status that the register verifies', async () => {
  const town = await aTown()
  const listed = await aPerson(town.sql, { said: { household_status: 'average_living' } })
  const listedOtherwise = await aPerson(town.sql)
  await aPerson(town.sql, { said: { household_status: 'poor' } })
  const link = async (contactId: string, status: string) => {
    const household = newId()
    await town.sql`insert into register_households (household_id, commune_code, year, status, status_from, priority_groups, recorded_at, import_id, fingerprint, sealed_who)
      values (${household}, ${COMMUNE}, 2026, ${status}, '2026-01-01', '{}', ${MONDAY}, ${newId()}, ${household}, '\\x00')`
    await town.sql`insert into register_links (id, household_id, contact_id, ticket_id, officer_id, seen, linked_at)
      values (${newId()}, ${household}, ${contactId}, 1, ${newId()}, 'paper', ${MONDAY})`
  }
  await link(listed, 'poor')
  await link(listedOtherwise, 'near_poor')

  it('counts whatever people say of themselves; who showed no certificate is unknown', async () => {
    const audience = { household_status: [{ status: 'poor', source: 'verified' }] }

    const id = await town.frozen({ audience })

    expect(await town.rowsOf(id)).toMatchObject([{ contact_id: listed }])
    expect(await town.leftOut(id)).toEqual({ 'no-match': 1, unknown: 1 })
  })
})

describe('an audience by a programme', async () => {
  const town = await aTown()
  const aHousehold = (ages: number[]) =>
    aPerson(town.sql, { said: { household_status: 'average_living', pension: 'none' }, ages })
  const old = await aHousehold([30, 90])
  await aHousehold([30])
  const silent = await aPerson(town.sql)
  const who = async (changed: object, rest: object = {}) => {
    const programme = { id: 'social_pension', outcomes: ['eligible', 'needs_officer'], day: '2026-11-23', ...changed }
    const rows = await town.rowsOf(await town.frozen({ audience: { programme, ...rest } }))
    return rows.map(({ contact_id: id }) => id).sort()
  }

  it('are the households with a member to whom the rules of that day say so', async () => {
    expect(await who({})).toEqual([old])
  })

  it('are, with the unknown, those of whom more must be known as well', async () => {
    expect(await who({}, { include_unknown: true })).toEqual([old, silent].sort())
  })

  it('are, when the rules of two days are compared, those for whom they differ', async () => {
    expect(await who({ differs_from: '2025-06-30' })).toEqual([old])

    const same = await previewAudience(
      town.on,
      aContent({
        audience: {
          programme: { id: 'social_pension', outcomes: ['eligible'], day: '2026-11-23', differs_from: '2026-11-22' },
        },
      }),
      { corrects: null, now: MONDAY },
    )
    expect(same.people).toBe(0)
  })
})

describe('people on Zalo who were silent for more than a week', async () => {
  const town = await aTown()
  const spoke = async (days: number) => {
    const id = await aPerson(town.sql, { channel: 'zalo' })
    const at = new Date(MONDAY.getTime() - days * 86_400_000)
    await town.sql`insert into reply_windows (channel, account, address_hash, last_interaction_at)
      select channel, account, address_hash, ${at} from contacts where id = ${id}`
    return id
  }
  const today = await spoke(0)
  const lastMonth = await spoke(30)

  it('are visited, unless there is an approved template', async () => {
    const without = await town.rowsOf(await town.frozen())
    await town.sql`insert into zalo_templates (account, purpose, template_id, name, parameters, status, changed_at)
      values ('oa', 'policy', '77', 'Tin', '{name}', 'ENABLE', ${MONDAY})`
    const withOne = await town.rowsOf(await town.frozen({ zalo_template: { id: '77', params: { name: 'x' } } }))

    expect(without.find((row) => row.contact_id === lastMonth)).toMatchObject({
      state: 'visit',
      reason: 'outside-window',
    })
    expect(without.find((row) => row.contact_id === today)).toMatchObject({ state: 'waiting' })
    expect(withOne.map(({ state }) => state)).toEqual(['waiting', 'waiting'])
  })
})

describe('freezing that is killed again and again', async () => {
  const town = await aTown()
  for (let count = 0; count < 40; count++) {
    await aPerson(town.sql, count % 3 === 0 ? { said: { household_status: 'poor' } } : { unreachable: count % 5 === 0 })
  }

  it('takes the same people once, whatever the batches and the kills', async () => {
    const audience = { household_status: [{ status: 'poor' }] }
    const whole = await town.frozen({ audience })
    const expected = await town.rowsOf(whole)
    const counted = await town.leftOut(whole)
    await cancelBroadcast(town.on, { id: whole, officer: town.approver }, MONDAY)

    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ batch: fc.integer({ min: 1, max: 15 }), lives: fc.integer({ min: 0, max: 4 }) }), {
          maxLength: 6,
        }),
        async (tries) => {
          await town.sql`delete from broadcast_recipients`
          const id = await town.inLine({ audience })
          await beginFreezing(town.on, MONDAY)
          for (const { batch, lives } of tries) {
            let left = lives
            // Dies after some batches: what it had in hand is not committed.
            const signal = {
              get aborted() {
                return left-- <= 0
              },
            } as AbortSignal
            await freezeBroadcast(town.on, id, { now, batch, signal })
          }
          await Promise.all([
            freezeBroadcast(town.on, id, { now, batch: 7 }),
            freezeBroadcast(town.on, id, { now, batch: 3 }),
          ])

          expect(await town.rowsOf(id)).toEqual(expected)
          expect(await town.leftOut(id)).toEqual(counted)
          expect((await findBroadcast(town.sql, id))?.status).toBe('scheduled')
        },
      ),
      { numRuns: 15 },
    )
  })
})

describe('people who join their chats while an audience is frozen', async () => {
  const town = await aTown()
  const ids = [await aPerson(town.sql), await aPerson(town.sql)].sort()
  const [first = '', second = ''] = ids

  it('get the message once', async () => {
    const id = await town.inLine()
    await beginFreezing(town.on, MONDAY)
    let left = 1
    const signal = {
      get aborted() {
        return left-- <= 0
      },
    } as AbortSignal
    await freezeBroadcast(town.on, id, { now, batch: 1, signal })
    await town.sql`update contacts set person_id = ${second}`

    const outcome = await freezeBroadcast(town.on, id, { now, batch: 1 })

    expect(outcome).toMatchObject({ kind: 'frozen', broadcast: { households: 1 } })
    expect(await town.rowsOf(id)).toMatchObject([{ contact_id: first }])
  })
})

describe('a message that turns out to concern more people than one approval is enough for', async () => {
  const town = await aTown()
  for (let count = 0; count < 3; count++) await aPerson(town.sql)
  const strict = services(town.sql, { secondApprovalAbove: 3 })

  it('goes back for a second approval, and nobody gets it before', async () => {
    const { id } = await aDraft(strict, town.editor)
    await submitBroadcast(strict, { id, officer: town.editor }, MONDAY)
    await approveBroadcast(strict, { id, officer: town.approver }, MONDAY)
    await scheduleBroadcast(strict, { id, officer: town.approver }, MONDAY)
    await aPerson(town.sql)
    await beginFreezing(strict, MONDAY)

    const outcome = await freezeBroadcast(strict, id, { now })

    const second = await anOfficer(town.sql, { roles: ['approver'], unitId: null })
    const again = await approveBroadcast(strict, { id, officer: town.approver }, MONDAY)
    const approved = await approveBroadcast(strict, { id, officer: second }, MONDAY)
    expect(outcome).toMatchObject({ kind: 'needs-second-approval', broadcast: { status: 'submitted', households: 4 } })
    expect(await town.rowsOf(id)).toEqual([])
    expect(again).toEqual({ kind: 'same-approver' })
    expect(approved).toMatchObject({ kind: 'done', broadcast: { status: 'approved' } })
  })
})

describe('a correction', async () => {
  const town = await aTown()
  const [got, confirmed, unsure, refused] = [
    await aPerson(town.sql),
    await aPerson(town.sql),
    await aPerson(town.sql),
    await aPerson(town.sql),
    await aPerson(town.sql),
  ]

  it('goes to exactly those who got the wrong text, and the original cannot go on', async () => {
    const original = await town.frozen()
    await startDue(town.on, MONDAY)
    const state = (id: string | undefined, to: string) => town.sql`
      update broadcast_recipients set state = ${to}, sent_at = ${MONDAY} where broadcast_id = ${original} and contact_id = ${id ?? ''}`
    await state(got, 'sent')
    await state(confirmed, 'confirmed')
    await state(unsure, 'uncertain')
    await state(refused, 'refused')
    const early = await correctBroadcast(town.on, { id: original, officer: town.editor, corrected: {} }, MONDAY)
    await town.sql`update broadcasts set status = 'paused' where id = ${original}`
    await aPerson(town.sql)

    const corrected = { texts: { vi: { text: 'Đính chính: từ ngày 5 tháng 12.' } } }
    const made = await correctBroadcast(town.on, { id: original, officer: town.editor, corrected }, MONDAY)

    const id = made.kind === 'done' ? made.broadcast.id : ''
    await submitBroadcast(town.on, { id, officer: town.editor }, MONDAY)
    await approveBroadcast(town.on, { id, officer: town.approver }, MONDAY)
    await scheduleBroadcast(town.on, { id, officer: town.approver }, MONDAY)
    await beginFreezing(town.on, MONDAY)
    await freezeBroadcast(town.on, id, { now, batch: 2 })
    const resumed = await resumeBroadcast(town.on, { id: original, officer: town.approver }, MONDAY)
    expect(early).toEqual({ kind: 'wrong-status', from: 'sending' })
    expect((await town.rowsOf(id)).map((row) => row.contact_id)).toEqual([got, confirmed, unsure].sort())
    expect(resumed).toEqual({ kind: 'corrected' })
  })
})

describe('a message that is edited while it stands in line', async () => {
  const town = await aTown()
  await aPerson(town.sql)

  it('is a draft again, and nobody stands in line for what it said', async () => {
    const id = await town.frozen()

    const edited = await editDraft(town.on, { id, officer: town.editor, content: aContent() }, MONDAY)

    expect(edited).toMatchObject({ kind: 'done', broadcast: { status: 'draft', frozenAt: null, frozenUpTo: null } })
    expect(await town.rowsOf(id)).toEqual([])
  })
})

describe('a message that was cancelled', async () => {
  const town = await aTown()
  await aPerson(town.sql)

  it('leaves nobody waiting for it', async () => {
    const id = await town.frozen()
    await cancelBroadcast(town.on, { id, officer: town.approver }, MONDAY)

    await settleCancelled(town.on, MONDAY)

    expect(await town.rowsOf(id)).toMatchObject([{ state: 'cancelled' }])
  })
})

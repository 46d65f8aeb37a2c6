import { describe, expect, it } from 'vitest'
import { approveBroadcast, rejectBroadcast, submitBroadcast } from '../../src/broadcasts/approve.ts'
import { correctBroadcast } from '../../src/broadcasts/correct.ts'
import { createDraft, editDraft } from '../../src/broadcasts/draft.ts'
import { freezeBroadcast } from '../../src/broadcasts/freeze.ts'
import { listBroadcasts, readBroadcast } from '../../src/broadcasts/read-broadcast.ts'
import { cancelBroadcast, pauseBroadcast, resumeBroadcast, scheduleBroadcast } from '../../src/broadcasts/run.ts'
import { listVisits, tickVisit } from '../../src/broadcasts/visits.ts'
import { beginFreezing, startDue } from '../../src/broadcasts/works.ts'
import type { Role } from '../../src/officers/permissions.ts'
import { anOfficer, COMMUNE_UNIT, DEPARTMENT, desk, hoursLater, MONDAY } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { aContent, aDraft, aPerson, services } from './broadcast-builders.ts'

const { sql } = await createDatabase()
const on = services(sql)
const an = (role: Role, unitId: string | null = null) => anOfficer(sql, { roles: [role], unitId })
const editor = await an('editor')
const approver = await an('approver')
const reached = await aPerson(sql)
const unreached = await aPerson(sql, { unreachable: true })

async function submitted(changed: Record<string, unknown> = {}) {
  const { id } = await aDraft(on, editor, changed)
  await submitBroadcast(on, { id, officer: editor }, MONDAY)
  return id
}

async function sending() {
  const id = await submitted()
  await approveBroadcast(on, { id, officer: approver }, MONDAY)
  await scheduleBroadcast(on, { id, officer: approver }, MONDAY)
  await beginFreezing(on, MONDAY)
  await freezeBroadcast(on, id, { now: () => MONDAY })
  await startDue(on, MONDAY)
  return id
}

const statusOf = (outcome: { kind: string; broadcast?: { status: string } }) =>
  outcome.broadcast?.status ?? outcome.kind
const codesOf = (outcome: { kind: string; faults?: readonly { code: string; where: string }[] }) =>
  outcome.faults?.map(({ where, code }) => `${where} ${code}`) ?? outcome.kind

describe('an editor who writes a message', () => {
  it.each([
    ['a topic that does not exist', { topic: 'moon' }, ['topic topic']],
    ['a commune nobody knows', { audience: { communes: ['99999'] } }, ['audience.communes.0 commune']],
    [
      'a programme that does not exist',
      { audience: { programme: { id: 'moon', outcomes: ['eligible'], day: '2026-11-23' } } },
      ['audience.programme.id programme'],
    ],
    [
      'a household status that does not exist',
      { audience: { household_status: [{ status: 'rich' }] } },
      ['audience.household_status.0.status status'],
    ],
    ['a text too long for Zalo', { texts: { vi: { text: 'x'.repeat(2_001) } } }, ['texts.vi.text tooLong']],
    [
      'a text that is too long with its link',
      { texts: { vi: { text: 'x'.repeat(1_990) } }, link: 'https://example.vn' },
      ['texts.vi.text tooLong'],
    ],
    ['a time in the past', { schedule: '2026-11-23T07:59:00+07:00' }, ['schedule schedulePast']],
    [
      'an end before the beginning',
      { schedule: '2026-11-24T08:00:00+07:00', not_after: '2026-11-24T08:00:00+07:00' },
      ['not_after endsBeforeStart'],
    ],
    ['a button that opens nothing', { buttons: [{ opens: 'programme', id: null }] }, ['buttons.0.id button']],
  ])('is told of %s', async (_, changed, faults) => {
    const outcome = await createDraft(on, editor, { content: aContent(changed) }, MONDAY)

    expect(codesOf(outcome)).toEqual(faults)
  })

  it('is told which channel takes no text of that length', async () => {
    const outcome = await createDraft(
      on,
      editor,
      { content: aContent({ texts: { vi: { text: 'đ'.repeat(2_500) } } }) },
      MONDAY,
    )

    expect(outcome).toMatchObject({ faults: [{ values: { channel: 'zalo', most: 2_000 } }] })
  })

  it('cannot submit what concerns nobody', async () => {
    const { id } = await aDraft(on, editor, { kind: 'information', topic: 'jobs' })

    expect(codesOf(await submitBroadcast(on, { id, officer: editor }, MONDAY))).toEqual(['audience empty'])
  })

  it('cannot submit with a template that lacks a parameter', async () => {
    await sql`insert into zalo_templates (account, purpose, template_id, name, parameters, status, changed_at)
      values ('oa', 'policy', '88', 'Tin', '{name,date}', 'ENABLE', ${MONDAY})`
    const { id } = await aDraft(on, editor, { zalo_template: { id: '88', params: { name: 'Cầu Nối' } } })

    const outcome = await submitBroadcast(on, { id, officer: editor }, MONDAY)

    expect(codesOf(outcome)).toEqual(['zalo_template.params.date templateParameter'])
  })

  it('changes only their own', async () => {
    const { id } = await aDraft(on, editor)
    const other = await an('editor')

    const outcome = await editDraft(on, { id, officer: other, content: aContent() }, MONDAY)

    expect(outcome).toEqual({ kind: 'forbidden' })
  })

  it('hears that somebody was faster when they saw less than what happened', async () => {
    const { id } = await aDraft(on, editor)
    await editDraft(on, { id, officer: editor, seen: 1, content: aContent({ link: 'https://example.vn' }) }, MONDAY)

    const outcome = await submitBroadcast(on, { id, officer: editor, seen: 1 }, MONDAY)

    expect(outcome).toMatchObject({ kind: 'stale', activity: [{ seq: 2, verb: 'edit' }] })
  })
})

describe('approval', () => {
  it('is never given to a message of one’s own', async () => {
    const both = await anOfficer(sql, { roles: ['editor', 'approver'], unitId: null })
    const { id } = await aDraft(on, both)
    await submitBroadcast(on, { id, officer: both }, MONDAY)

    expect(await approveBroadcast(on, { id, officer: both }, MONDAY)).toEqual({ kind: 'own-message' })
  })

  it('is bound to what the approver read', async () => {
    const id = await submitted()
    const read = await readBroadcast(on, approver, id, MONDAY)
    const hash = read.kind === 'read' ? read.value.broadcast.contentHash : ''
    await editDraft(
      on,
      { id, officer: editor, content: aContent({ audience: { ages: { from: 0, to: 99 }, include_unknown: true } }) },
      MONDAY,
    )
    await submitBroadcast(on, { id, officer: editor }, MONDAY)

    expect(await approveBroadcast(on, { id, officer: approver, hash }, MONDAY)).toMatchObject({ kind: 'changed' })
  })

  it('falls away with any edit, also of the audience alone', async () => {
    const id = await submitted()
    await approveBroadcast(on, { id, officer: approver }, MONDAY)

    const edited = await editDraft(
      on,
      { id, officer: editor, content: aContent({ audience: { areas: ['urban'] } }) },
      MONDAY,
    )
    const scheduled = await scheduleBroadcast(on, { id, officer: approver }, MONDAY)

    expect(edited).toMatchObject({ broadcast: { status: 'draft', approverId: null, approvedAt: null } })
    expect(scheduled).toEqual({ kind: 'wrong-status', from: 'draft' })
  })

  it('is given once when two approve at one time', async () => {
    const id = await submitted()
    const other = await an('approver')

    const outcomes = await Promise.all([
      approveBroadcast(on, { id, officer: approver }, MONDAY),
      approveBroadcast(on, { id, officer: other }, MONDAY),
    ])

    expect(outcomes.map(statusOf).sort()).toEqual(['approved', 'wrong-status'])
  })

  it('of a duty message to many needs two people', async () => {
    const strict = services(sql, { secondApprovalAbove: 1 })
    const id = await submitted()
    const other = await an('approver')

    const first = await approveBroadcast(strict, { id, officer: approver }, MONDAY)
    const again = await approveBroadcast(strict, { id, officer: approver }, MONDAY)
    const second = await approveBroadcast(strict, { id, officer: other }, MONDAY)

    expect([first, again, second].map(statusOf)).toEqual(['submitted', 'same-approver', 'approved'])
  })

  it('can be refused with a reason, and the message submitted anew', async () => {
    const id = await submitted()

    const rejected = await rejectBroadcast(on, { id, officer: approver, reason: 'Thiếu căn cứ' }, MONDAY)
    const again = await submitBroadcast(on, { id, officer: editor }, MONDAY)

    expect([rejected, again].map(statusOf)).toEqual(['rejected', 'submitted'])
  })

  it('comes too late for a message whose time went by and that must not be late', async () => {
    const id = await submitted({ schedule: '2026-11-23T09:00:00+07:00', catch_up: 'skip' })
    await approveBroadcast(on, { id, officer: approver }, hoursLater(2))

    expect(codesOf(await scheduleBroadcast(on, { id, officer: approver }, hoursLater(2)))).toEqual([
      'schedule scheduleMissed',
    ])
  })

  it('is written down, each step once, in activity and audit', async () => {
    const id = await submitted()
    await approveBroadcast(on, { id, officer: approver }, MONDAY)

    const read = await readBroadcast(on, approver, id, MONDAY)
    const audit = await sql<{ action: string }[]>`select action from audit where subject_id = ${id} order by id`
    expect(read.kind === 'read' && read.value.activity.map(({ seq, verb }) => `${seq} ${verb}`)).toEqual([
      '1 draft',
      '2 submit',
      '3 approve',
    ])
    expect(audit.map(({ action }) => action)).toEqual(['broadcast-draft', 'broadcast-submit', 'broadcast-approve'])
  })
})

describe('a correction', () => {
  async function corrected() {
    const id = await sending()
    await pauseBroadcast(on, { id, officer: approver }, MONDAY)
    await sql`update broadcast_recipients set state = 'sent' where broadcast_id = ${id} and state = 'waiting'`
    const corrected = { texts: { vi: { text: 'Đúng ra là ngày 15 tháng 12.' } } }
    const outcome = await correctBroadcast(on, { id, officer: editor, corrected }, MONDAY)
    if (outcome.kind !== 'done') throw new Error(outcome.kind)
    return { original: id, correction: outcome.broadcast }
  }

  it('stays of the kind and for the people of its original, whatever an edit says', async () => {
    const { original, correction } = await corrected()
    const other = aContent({ kind: 'information', audience: { areas: ['rural'] }, texts: { vi: { text: 'Khác' } } })

    const outcome = await editDraft(on, { id: correction.id, officer: editor, content: other }, MONDAY)

    const { kind, audience } = correction.content
    expect(outcome).toMatchObject({
      kind: 'done',
      broadcast: { kind, content: { kind, audience, texts: other.texts } },
    })
    await cancelBroadcast(on, { id: correction.id, officer: editor }, MONDAY)
    await cancelBroadcast(on, { id: original, officer: approver }, MONDAY)
  })

  it('cannot be submitted again while its original goes on with the wrong text', async () => {
    const { original, correction } = await corrected()
    const { id } = correction
    await submitBroadcast(on, { id, officer: editor }, MONDAY)
    await rejectBroadcast(on, { id, officer: approver, reason: 'Chưa cần' }, MONDAY)
    const resumed = await resumeBroadcast(on, { id: original, officer: approver }, MONDAY)

    const outcome = await submitBroadcast(on, { id, officer: editor }, MONDAY)

    expect(statusOf(resumed)).toBe('sending')
    expect(codesOf(outcome)).toContain('corrects originalLeaves')
    await cancelBroadcast(on, { id: original, officer: approver }, MONDAY)
    expect(statusOf(await submitBroadcast(on, { id, officer: editor }, MONDAY))).toBe('submitted')
  })

  it('is the only one that people get of one message', async () => {
    const { original, correction } = await corrected()
    const second = await correctBroadcast(
      on,
      { id: original, officer: editor, corrected: { texts: { vi: { text: 'Ngày 16 tháng 12.' } } } },
      MONDAY,
    )
    const id = second.kind === 'done' ? second.broadcast.id : ''
    const one = await submitBroadcast(on, { id: correction.id, officer: editor }, MONDAY)

    const other = await submitBroadcast(on, { id, officer: editor }, MONDAY)

    expect(statusOf(one)).toBe('submitted')
    expect(codesOf(other)).toEqual(['corrects correctedBefore'])
  })
})

describe('a message that leaves', () => {
  it('is paused, goes on and is cancelled by whoever looks after the service', async () => {
    const id = await sending()
    const supervisor = await an('supervisor')

    const paused = await pauseBroadcast(on, { id, officer: supervisor }, MONDAY)
    const resumed = await resumeBroadcast(on, { id, officer: supervisor }, MONDAY)
    const cancelled = await cancelBroadcast(on, { id, officer: supervisor }, MONDAY)

    expect([paused, resumed, cancelled].map(statusOf)).toEqual(['paused', 'sending', 'cancelled'])
  })

  it('goes on freezing where it was when it was paused before', async () => {
    const id = await submitted()
    await approveBroadcast(on, { id, officer: approver }, MONDAY)
    await scheduleBroadcast(on, { id, officer: approver }, MONDAY)
    await beginFreezing(on, MONDAY)
    await pauseBroadcast(on, { id, officer: approver }, MONDAY)
    const frozen = await freezeBroadcast(on, id, { now: () => MONDAY })

    const resumed = await resumeBroadcast(on, { id, officer: approver }, MONDAY)

    expect(frozen).toEqual({ kind: 'stopped' })
    expect(statusOf(resumed)).toBe('scheduled')
    expect(await beginFreezing(on, MONDAY)).toContain(id)
  })

  it('is not edited any more', async () => {
    const id = await sending()

    expect(await editDraft(on, { id, officer: editor, content: aContent() }, MONDAY)).toEqual({
      kind: 'wrong-status',
      from: 'sending',
    })
  })
})

describe('who reads messages', () => {
  it('is told by the role: a head of unit those of the unit, an officer of a commune none', async () => {
    const { id } = await aDraft(on, editor)
    const readBy = async (role: Role, unitId: string | null) =>
      (await readBroadcast(on, await an(role, unitId), id, MONDAY)).kind

    const reads = [
      await readBy('auditor', null),
      await readBy('administrator', null),
      await readBy('head_of_unit', DEPARTMENT),
      await readBy('head_of_unit', COMMUNE_UNIT),
      await readBy('commune_officer', COMMUNE_UNIT),
    ]

    const unit = (await readBroadcast(on, editor, id, MONDAY)) as { value: { broadcast: { unitId: string } } }
    expect(unit.value.broadcast.unitId).toBe(desk.territory.routing.topics.get('health_insurance')?.at(-1)?.department)
    expect(reads).toEqual([
      'read',
      'read',
      unit.value.broadcast.unitId === DEPARTMENT ? 'read' : 'forbidden',
      'forbidden',
      'forbidden',
    ])
  })

  it('lists them the newest first, page by page', async () => {
    const first = await listBroadcasts(sql, approver, {}, { limit: 2 })
    const second = await listBroadcasts(sql, approver, {}, { limit: 2, cursor: first.nextCursor ?? '' })

    expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(4)
  })
})

describe('people whom no channel reaches', () => {
  it('are listed to their commune, which ticks off who was told', async () => {
    const id = await sending()
    const officer = await an('commune_officer', COMMUNE_UNIT)

    const before = await listVisits(on, officer, id, { limit: 10, left: true })
    await tickVisit(on, { officer, broadcastId: id, contactId: unreached, done: true }, MONDAY)
    const after = await listVisits(on, officer, id, { limit: 10, left: false })

    expect(before).toMatchObject({
      left: 1,
      visits: [{ contactId: unreached, reason: 'unreachable', visitedAt: null }],
    })
    expect(after).toMatchObject({
      left: 0,
      visits: [{ contactId: unreached, visitedAt: MONDAY, visitedBy: officer.name }],
    })
  })

  it('are on no list any more once they were forgotten or want to hear nothing', async () => {
    const [stopped, erased] = [await aPerson(sql, { unreachable: true }), await aPerson(sql, { unreachable: true })]
    const id = await sending()
    await sql`update contacts set all_stopped_at = ${MONDAY} where id = ${stopped}`
    await sql`update contacts set erased_at = ${MONDAY} where id = ${erased}`

    const listed = await listVisits(on, await an('commune_officer', COMMUNE_UNIT), id, { limit: 50, left: true })

    const ids = listed.kind === 'read' ? listed.visits.map(({ contactId }) => contactId) : []
    expect(ids).toContain(unreached)
    expect(ids.filter((one) => one === stopped || one === erased)).toEqual([])
    const states = await sql`select reason from broadcast_recipients where broadcast_id = ${id} and state = 'stopped'`
    expect(states.map(({ reason }) => reason).sort()).toEqual(['erased', 'opted-out'])
  })

  it('are nobody else’s to tick off, and whoever is reached by a channel is on no list', async () => {
    const id = await sending()
    const other = desk.territory.units.find(
      (unit) => unit.kind === 'commune_desk' && unit.to === null && unit.id !== COMMUNE_UNIT,
    )
    const stranger = await an('commune_officer', other?.id ?? '')
    const officer = await an('commune_officer', COMMUNE_UNIT)
    const tick = (who: typeof officer, contactId: string) =>
      tickVisit(on, { officer: who, broadcastId: id, contactId, done: true }, MONDAY)

    expect(await tick(stranger, unreached)).toEqual({ kind: 'forbidden' })
    expect(await tick(officer, reached)).toEqual({ kind: 'not-found' })
    expect(await tick(editor, unreached)).toEqual({ kind: 'forbidden' })
  })
})

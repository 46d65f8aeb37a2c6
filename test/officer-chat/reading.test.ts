import { describe, expect, it } from 'vitest'
import { readPapers } from '../../src/officer-chat/checklist.ts'
import { findUnits } from '../../src/officer-chat/find-units.ts'
import { hear, readPhrases } from '../../src/officer-chat/hear.ts'
import { digestDue, tellableAt } from '../../src/officer-chat/rules.ts'
import { goTo, newOfficerSession, type Place } from '../../src/officer-chat/session.ts'
import { productDefinitions } from '../support/definitions.ts'

const { texts, territory, officerChat } = productDefinitions()
const phrases = readPhrases(texts)
const now = new Date('2026-11-23T09:00:00+07:00')

function heardAt(place: Place, text: string) {
  const session = { ...goTo(newOfficerSession(now), place), offered: [{ value: 'claim', id: 'a', words: 'Nhận việc' }] }
  return hear(session, { kind: 'text', text }, { attachmentIds: [], year: 2026, phrases })
}

const ticket: Place = { kind: 'ticket', number: 'HY-2026-000001', seen: 1, brief: false }
const writing: Place = { kind: 'write', number: 'HY-2026-000001', seen: 1, verb: 'reply' }

describe('papers asked for', () => {
  const list = ['Sổ hộ nghèo', 'Căn cước', 'Giấy khai sinh']

  it.each([
    ['1, 3', ['Sổ hộ nghèo', 'Giấy khai sinh'], ''],
    ['2', ['Căn cước'], ''],
    ['1 và đơn xin xác nhận', ['Sổ hộ nghèo'], 'đơn xin xác nhận'],
    ['ảnh nhà', [], 'ảnh nhà'],
    ['2 ảnh thẻ', ['Căn cước'], 'ảnh thẻ'],
    ['12', [], '12'],
  ])('are read from "%s"', (text, papers, words) => {
    const read = readPapers(list, text)

    expect(read).toEqual({ papers, text: words })
  })
})

describe('a unit', () => {
  it.each([
    ['so y te', 'so_y_te'],
    ['Sở Y tế', 'so_y_te'],
    ['so tu phap', 'so_tu_phap'],
  ])('is found by "%s"', (text, id) => {
    const [found] = findUnits(territory, '2026-11-23', text)

    expect(found?.id).toBe(id)
  })

  it('of a commune is found by its name without diacritics', () => {
    const [found] = findUnits(territory, '2026-11-23', 'pho hien')

    expect(found?.name.vi).toContain('Phố Hiến')
  })

  it('that does not exist is not found', () => {
    const found = findUnits(territory, '2026-11-23', 'bộ ngoại giao vũ trụ')

    expect(found).toEqual([])
  })
})

describe('what an officer says', () => {
  it.each([
    ['VIEC CUA TOI', { kind: 'command', command: 'mine' }],
    ['1', { kind: 'chosen', value: 'claim' }],
    ['nhan viec', { kind: 'chosen', value: 'claim' }],
    ['nhận 12', { kind: 'open', numbers: ['HY-2026-000012', 'HY-2025-000012'], what: 'claim' }],
    ['xem HY-2025-000012', { kind: 'open', numbers: ['HY-2025-000012'], what: 'view' }],
    ['mai bác lên xã', { kind: 'text', text: 'mai bác lên xã' }],
  ])('on a ticket, "%s", is understood', (text, heard) => {
    expect(heardAt(ticket, text)).toEqual(heard)
  })

  it('while writing a reply is the reply, number and all', () => {
    const heard = heardAt(writing, 'xem 123')

    expect(heard).toEqual({ kind: 'text', text: 'xem 123' })
  })

  it('leaves the reply by the words of control', () => {
    const heard = heardAt(writing, 'Menu')

    expect(heard).toEqual({ kind: 'command', command: 'menu' })
  })
})

describe('the hours of news', () => {
  it.each([
    ['06:59', 1],
    ['07:00', 13],
    ['20:59', 13],
    ['21:00', 1],
  ])('at %s let %i kinds through', (time, count) => {
    const kinds = tellableAt(officerChat, new Date(`2026-11-23T${time}:00+07:00`))

    expect(kinds).toHaveLength(count)
    expect(kinds).toContain('urgent')
  })

  it.each([
    ['07:29', null],
    ['07:30', '07:30'],
    ['08:29', '07:30'],
    ['08:30', null],
    ['13:45', '13:30'],
  ])('at %s the digest due is %s', (time, due) => {
    expect(digestDue(officerChat, new Date(`2026-11-23T${time}:00+07:00`))).toBe(due)
  })
})

import { describe, expect, it } from 'vitest'
import type { Facts } from '../../src/eligibility/facts.ts'
import type { Programme } from '../../src/eligibility/programme.ts'
import { canonicalJson, replay, storedScreening } from '../../src/eligibility/replay.ts'
import { screen } from '../../src/eligibility/screen.ts'
import { definitions } from './definitions.ts'
import { amounts, grown, poor, tinyDefinitions, tinyProgramme } from './tiny-programme.ts'

const all = definitions()
const DAY = '2026-11-23'
const grandmother: Facts = { age: 76, household_status: 'poor', pension: 'none', has_support_obligor: false, sex: null }

/** What is read back after a screening was written. */
function kept(facts: Facts = grandmother, inForce = all): Record<string, unknown> {
  const { determinations } = screen(inForce, facts, DAY)
  return JSON.parse(canonicalJson(storedScreening(inForce, facts, DAY, determinations)))
}

describe('a screening that was kept', () => {
  it('has the same bytes whatever order its facts came in', () => {
    const turned = Object.fromEntries(Object.entries(grandmother).toReversed())

    const [one, other] = [grandmother, turned].map((facts) => {
      return JSON.stringify(storedScreening(all, facts, DAY, screen(all, facts, DAY).determinations))
    })

    expect(one).toBe(other)
    expect(one).toBe(canonicalJson(JSON.parse(one ?? '')))
  })

  it('comes out the same for every programme', () => {
    const stored = kept()

    expect(replay(all, stored)).toEqual({ kind: 'same' })
    expect(Object.keys(stored.rules as object)).toHaveLength(all.programmes.size)
  })

  it('stays the same when another programme is added', () => {
    const added = [...all.programmes.values()].find((one) => one.exclusive === undefined)
    const fewer = { ...all, programmes: new Map([...all.programmes].filter(([id]) => id !== added?.id)) }

    expect(replay(all, kept(grandmother, fewer))).toEqual({ kind: 'same' })
  })

  it('that was tampered with is noticed', () => {
    const stored = kept()
    const text = JSON.stringify(stored).replace('"outcome":"eligible"', '"outcome":"not_eligible"')

    expect(replay(all, JSON.parse(text))).toMatchObject({ kind: 'differs', rulesKnown: true })
  })
})

describe('rules that changed since', () => {
  const facts = { age: 60, status: 'poor' }
  const day = '2026-01-01'
  const replayedWith = (now: Programme, before = tinyProgramme()) => {
    const definitions = tinyDefinitions(before)
    const stored = storedScreening(definitions, facts, day, screen(definitions, facts, day).determinations)
    return replay(tinyDefinitions(now), stored)
  }
  const changed = { kind: 'rules_changed', programmes: ['tiny'] }

  it('are told together with an outcome that changes', () => {
    const stricter = tinyProgramme({ versions: [{ criteria: { all: [{ ...grown, atLeast: 65 }, poor] } }] })

    expect(replayedWith(stricter)).toEqual({ ...changed, differing: ['tiny'] })
  })

  it('are told also when nothing changes for the person', () => {
    const other = tinyProgramme({ versions: [{ criteria: { all: [{ ...grown, atLeast: 55 }, poor] } }] })

    expect(replayedWith(other)).toEqual({ ...changed, differing: [] })
  })

  it('include an amount of a shared series', () => {
    const benefit = [{ key: 'benefit', amounts: [{ name: 'amount', kind: 'exact', of: 'standard' }] }]
    const before = tinyProgramme({ versions: [{ benefit }] })
    const [[id, series] = []] = amounts
    if (id === undefined || series === undefined) throw new Error('no amount')
    const raised = { ...series, values: series.values.map((value) => ({ ...value, value: value.value + 1 })) }

    expect(replayedWith({ ...before, amounts: new Map([[id, raised]]) }, before)).toEqual({
      ...changed,
      differing: ['tiny'],
    })
  })

  it('include a programme that is gone', () => {
    expect(replayedWith({ ...tinyProgramme(), id: 'another' })).toEqual({ ...changed, differing: ['tiny'] })
  })

  it('do not include a text or an example', () => {
    const { examples, ...rest } = tinyProgramme()

    expect(replayedWith({ ...rest, examples: examples.slice(1) })).toEqual({ kind: 'same' })
  })
})

describe('a screening of before the rules were kept with it', () => {
  it('is replayed with the day of its row', () => {
    const { facts, determinations } = kept()

    expect(replay(all, { day: DAY, facts, determinations })).toEqual({ kind: 'same' })
  })

  it('that comes out otherwise leaves open whether the rules changed', () => {
    const { facts, determinations } = kept()

    const found = replay(all, { day: DAY, facts: { ...(facts as Facts), age: 20 }, determinations })

    expect(found).toMatchObject({ kind: 'differs', rulesKnown: false })
  })
})

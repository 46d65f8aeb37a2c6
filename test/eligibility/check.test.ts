import { describe, expect, it } from 'vitest'
import { checkEligibility } from '../../src/eligibility/check.ts'
import { amounts, faultsOf, grown, poor, ruleFaultsOf, tinyDefinitions, tinyProgramme } from './tiny-programme.ts'

const VERSION = 'tiny.yaml version 2020'

describe('a sound programme', () => {
  it('has no fault', () => {
    expect(faultsOf({})).toEqual([])
  })
})

describe('criteria', () => {
  it('that contradict each other are refused', () => {
    const young = { id: 'young', fact: 'age', below: 60 }

    const faults = ruleFaultsOf({ versions: [{ criteria: { all: [grown, young] } }] })

    expect(faults).toContain(
      `${VERSION}: nobody can ever meet its criteria: correct the one that contradicts the others`,
    )
  })

  it('that refuse nobody are refused, but not where information is all that is given', () => {
    const criteria = { any: [grown, { not: grown }] }

    const faults = ruleFaultsOf({ versions: [{ criteria }] })
    const ofReferral = ruleFaultsOf({ kind: 'referral', versions: [{ criteria }] })

    expect(faults).toContain(`${VERSION}: everybody meets its criteria: add the one that refuses`)
    expect(ofReferral).toEqual([])
  })

  it('with a limit that nobody can reach are refused', () => {
    const faults = ruleFaultsOf({ versions: [{ criteria: { any: [poor, { ...grown, atLeast: 121 }] } }] })

    expect(faults).toEqual([
      `${VERSION}: criterion grown can never be true, whatever age is: correct {"atLeast":121} or the values of the fact`,
    ])
  })

  it('with a limit that everybody reaches are refused', () => {
    const faults = ruleFaultsOf({ versions: [{ criteria: { all: [poor, { ...grown, atLeast: 0 }] } }] })

    expect(faults).toEqual([
      `${VERSION}: criterion grown can never be false, whatever age is: correct {"atLeast":0} or the values of the fact`,
    ])
  })

  it('of a benefit are looked at, too', () => {
    const benefit = [{ key: 'more', when: { ...grown, id: 'old', atLeast: 200 } }, { key: 'benefit' }]

    const faults = ruleFaultsOf({ versions: [{ benefit }] })

    expect(faults).toContain(
      `${VERSION}: criterion old can never be true, whatever age is: correct {"atLeast":200} or the values of the fact`,
    )
  })

  it('that ask for less than the one beside them are refused', () => {
    const adult = { id: 'adult', fact: 'age', atLeast: 18 }

    const faults = ruleFaultsOf({ versions: [{ criteria: { all: [adult, grown, poor] } }] })

    expect(faults).toEqual([
      `${VERSION}: criterion adult is idle: the criteria beside it already ask for as much; remove or correct it`,
    ])
  })

  it('of a branch that other branches cover are refused', () => {
    const merit = { id: 'merit', fact: 'merit', is: true }

    const faults = ruleFaultsOf({ versions: [{ criteria: { any: [poor, { all: [merit, poor] }] } }] })

    expect(faults).toContain(
      `${VERSION}: criterion merit is idle: everybody who meets it qualifies without it; remove its branch or correct it`,
    )
  })

  it('that tell a case from a more generous one are fine', () => {
    const branch = (area: string, below: number) => ({
      all: [
        { id: area, fact: 'area', is: area },
        { id: `${area}_age`, fact: 'age', below },
      ],
    })

    const faults = ruleFaultsOf({ versions: [{ criteria: { any: [branch('urban', 60), branch('rural', 40)] } }] })

    expect(faults).toEqual([])
  })
})

describe('bands of a number', () => {
  const young = { id: 'young', fact: 'age', below: 16 }

  it('that leave out a value between them are refused', () => {
    const criteria = { any: [young, { id: 'older', fact: 'age', above: 16 }] }

    const faults = ruleFaultsOf({ versions: [{ criteria }] })

    expect(faults).toEqual([
      `${VERSION}: age from 16 to 16 falls between two groups that qualify (anybody): close the gap, or state it under ` +
        '`gaps` if the law leaves it',
    ])
  })

  it('may leave out what the file states, and nothing else', () => {
    const criteria = { any: [young, grown] }
    const gap = { fact: 'age', from: 16, to: 59 }

    const stated = ruleFaultsOf({ versions: [{ criteria }], gaps: [gap] })
    const stale = ruleFaultsOf({ versions: [{ criteria }], gaps: [gap, { ...gap, to: 50 }] })

    expect(stated).toEqual([])
    expect(stale).toEqual(['tiny.yaml: states a gap of age from 16 to 50 that no version has: remove it'])
  })
})

describe('benefits', () => {
  const from = (key: string, atLeast: number) => ({ key, when: { id: key, fact: 'age', atLeast } })

  it('that leave somebody who qualifies without one are refused', () => {
    const faults = ruleFaultsOf({ versions: [{ benefit: [from('high', 80), from('low', 62)] }] })

    expect(faults).toEqual([
      `${VERSION}: no benefit is for age 60, status poor, who qualifies: add one or correct a \`when\``,
    ])
  })

  it('that nobody can get are refused', () => {
    const faults = ruleFaultsOf({ versions: [{ benefit: [from('low', 61), from('high', 80), { key: 'benefit' }] }] })

    expect(faults).toEqual([
      `${VERSION}: benefit high is nobody's: those who qualify get an earlier one; put it before, correct its \`when\` or remove it`,
    ])
  })

  it('whose amount is unknown on some day of the version are refused', () => {
    const benefit = [{ key: 'benefit', amounts: [{ name: 'amount', kind: 'exact', of: 'standard' }] }]

    const faults = ruleFaultsOf({ versions: [{ benefit }] })

    expect(faults).toEqual([
      `${VERSION}: amount standard of flows/amounts.yaml is not known from 2022-01-01: add it, or state the days under its \`holes\``,
    ])
  })

  it('whose amount is said to be unknown are fine, unless an amount is known as well', () => {
    const standard = amounts.get('standard')
    if (standard === undefined) throw new Error('no amount')
    const benefit = [{ key: 'benefit', amounts: [{ name: 'amount', kind: 'exact', of: 'standard' }] }]
    const withHole = (to: string) => {
      const series = new Map([['standard', { ...standard, holes: [{ from: '2022-01-01', to }] }]])
      const programme = { ...tinyProgramme({ versions: [{ benefit }] }), amounts: series }
      return checkEligibility(tinyDefinitions(programme)).faults
    }

    expect(withHole('2022-12-31')).toEqual([])
    expect(withHole('2023-06-30')).toEqual([
      {
        where: 'flows/amounts.yaml standard',
        what: 'two entries hold on 2023-01-01: end the earlier one the day before',
      },
    ])
  })
})

describe('versions', () => {
  const until = { id: '2020', to: '2021-12-31' }

  it('that overlap are refused', () => {
    expect(faultsOf({ versions: [until, { id: '2021', from: '2021-12-31' }] })).toContain(
      'tiny.yaml: versions 2020 and 2021 overlap',
    )
  })

  it('that leave days out are refused unless the hole is stated', () => {
    const versions = [until, { id: '2023', from: '2023-01-01' }]

    expect(faultsOf({ versions })).toContain(
      'tiny.yaml: no version from 2022-01-01 until 2023-01-01: add one or state the hole',
    )
    expect(faultsOf({ versions, holes: [{ from: '2022-01-01', to: '2022-12-31' }] })).toEqual([])
  })
})

describe('a citation', () => {
  const basis = { law: { from: '2020-01-01', to: null }, repealed: { from: '2010-01-01', to: '2019-12-31' } }

  it('of a version needs its document in force on some of its days', () => {
    expect(faultsOf({ basis, versions: [{ basis: ['law', 'repealed'] }] })).toEqual([
      `${VERSION}: cites repealed, which (Law repealed) is in force from 2010-01-01 to 2019-12-31, on none of its days: cite the law of its days`,
    ])
  })

  it('of a version leaves no day without a document in force', () => {
    const young = { law: { from: '2020-02-01', to: null } }

    expect(faultsOf({ basis: young })).toEqual([
      'tiny.yaml: version 2020: no document of its basis is in force on 2020-01-01',
    ])
  })

  it('of a criterion needs its document in force on all of its days', () => {
    const partly = { law: { from: '2020-01-01', to: null }, ended: { from: '2010-01-01', to: '2024-12-31' } }

    const faults = faultsOf({
      basis: partly,
      versions: [{ criteria: { all: [grown, { ...poor, basis: 'ended' }] } }],
    })

    expect(faults).toContain(
      `${VERSION}: criterion poor cites ended, which (Law ended) is in force from 2010-01-01 to 2024-12-31, not on all days of the version: cite the law of its days or split the version`,
    )
  })
})

describe('examples', () => {
  const merit = { id: 'merit', fact: 'merit', is: true }

  it('that no longer hold are refused', () => {
    const example = { given: { age: 40 }, date: '2026-01-01', expect: 'eligible', decided_by: ['grown', 'poor'] }

    expect(faultsOf({ examples: [example] })).toEqual([
      'tiny.yaml example 5: outcome should be "eligible" and is "not_eligible"',
      'tiny.yaml example 5: decided_by should be ["grown","poor"] and is ["grown"]',
    ])
  })

  it('must show each criterion met and unmet, and somebody is named who would', () => {
    expect(faultsOf({ versions: [{ criteria: { all: [grown, { any: [poor, merit] }] } }] })).toEqual([
      'tiny.yaml example 3: decided_by should be ["poor"] and is ["merit","poor"]',
      'tiny.yaml: criterion merit: no example shows it met; add one that is granted because of it, e.g. age 60, status near_poor, merit true on 2020-01-01',
    ])
  })

  it('must show that somebody is refused because of it', () => {
    const versions = [{ criteria: { all: [grown, poor, { not: merit }] } }]
    const refused = { given: { age: 60, status: 'poor', merit: true }, date: '2026-01-01', expect: 'not_eligible' }

    const without = faultsOf({ versions }).filter((fault) => fault.includes('criterion merit'))
    const withIt = faultsOf({ versions, examples: [refused] }).filter((fault) => fault.includes('criterion merit'))

    expect(without).toEqual([
      'tiny.yaml: criterion merit: no example shows it unmet; add one that is refused because of it, e.g. age 60, status poor, merit true on 2020-01-01',
    ])
    expect(withIt).toEqual([])
  })

  it('need not show what a criterion cannot decide: whoever lacks it goes to an officer', () => {
    const byOfficer = { officer: true, all: [{ id: 'any_poor', fact: 'status', in: ['poor', 'near_poor'] }] }
    const shown = [
      { given: { age: 60, status: 'poor' }, date: '2026-01-01', expect: 'eligible' },
      { given: { age: 50, status: 'poor' }, date: '2026-01-01', expect: 'needs_officer' },
    ]

    const faults = faultsOf({ versions: [{ criteria: { any: [{ all: [grown, poor] }, byOfficer] } }], examples: shown })

    expect(faults.filter((fault) => fault.includes('criterion grown'))).toEqual([])
  })
})

describe('two programmes of which only one is paid', () => {
  it('need different ranks', () => {
    const exclusive = { group: 'income', rank: 1 }
    const one = tinyProgramme({ exclusive })
    const other = { ...tinyProgramme({ exclusive }), id: 'twin' }

    const { faults } = checkEligibility(tinyDefinitions(one, other))

    expect(faults).toEqual([
      {
        where: 'flows/programmes/twin.yaml',
        what: 'has the same rank in income as tiny: give each a rank of its own',
      },
    ])
  })
})

describe('an outcome', () => {
  it('that is not what the criteria say is refused', () => {
    const sound = tinyProgramme()
    const anyStatus = { any: [poor, { not: poor }] }
    const lenient = tinyProgramme({ versions: [{ criteria: { all: [grown, anyStatus] } }] })
    const versions = sound.versions.map((version, index) => {
      return { ...version, diagram: lenient.versions[index]?.diagram ?? version.diagram }
    })

    const { faults } = checkEligibility(tinyDefinitions({ ...sound, versions }))

    const wrong = faults.filter(({ what }) => what.includes('people like that'))
    expect(wrong.map(({ what }) => what)).toEqual([
      'for age 60, status near_poor the outcome is eligible, though people like that have not_eligible',
    ])
  })
})

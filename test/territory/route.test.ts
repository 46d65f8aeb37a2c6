import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundaryDays } from '../../src/territory/check-territory.ts'
import { route } from '../../src/territory/route.ts'
import { isSameLine, successorOf } from '../../src/territory/successor.ts'
import { isInForce, unitsInForce } from '../../src/territory/territory.ts'
import { theTerritory } from './territory.ts'

const territory = theTerritory()
const TODAY = '2026-11-23'
const TOPICS = [
  'household_review',
  'health_insurance',
  'education',
  'credit',
  'housing',
  'water_sanitation',
  'electricity',
  'legal_aid',
  'jobs',
  'vocational_training',
  'work_abroad',
  'livelihood',
  'agriculture',
  'nutrition',
  'information',
  'social_assistance',
  'fund_for_poor',
  'general_support',
]
const codes = [...territory.placesByCode.keys()]

const anyTopic = fc.oneof(fc.constantFrom(...TOPICS, 'complaint'), fc.string())
const anyCommune = fc.oneof(fc.constant(null), fc.constantFrom(...codes), fc.string())
const anyDay = fc.oneof(
  fc.constantFrom(...boundaryDays(territory)),
  fc
    .date({ min: new Date('2022-06-01'), max: new Date('2060-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10)),
)

describe('a ticket of any topic, commune and day', () => {
  it('knows a place for each of the eighteen service topics', () => {
    const topics = [...territory.routing.topics.keys()]

    expect(topics.sort()).toEqual([...TOPICS].sort())
  })

  it('leads to a unit, a department and a next step that exist on that day', () => {
    fc.assert(
      fc.property(anyTopic, anyCommune, anyDay, (topic, commune, day) => {
        const routed = route(territory, { topic, commune, day })

        expect(isInForce(routed.unit, day)).toBe(true)
        expect(isInForce(routed.department, day)).toBe(true)
        expect(isInForce(routed.escalation, day)).toBe(true)
        expect(routed.escalation).not.toBe(routed.unit)
        expect(routed.reason.key).toMatch(/^routing\.reason\./)
      }),
      { numRuns: 2000 },
    )
  })

  it('goes to the unit that coordinates poverty reduction when nobody knows the topic', () => {
    const routed = route(territory, { topic: 'dancing', commune: '11953', day: TODAY })

    expect(routed.unit.id).toBe('so_nnmt')
    expect(routed.reason.key).toBe('routing.reason.topicUnknown')
  })

  it('promises a first answer in eight working hours, four when urgent, and the result in ten working days', () => {
    const { promises } = route(territory, { topic: 'jobs', commune: null, day: TODAY })

    expect(promises).toEqual({ firstAnswerMinutes: 480, urgentMinutes: 240, resultDays: 10 })
  })
})

describe('today', () => {
  it('brings a commune matter to the desk of the commune, with the department above it', () => {
    const routed = route(territory, { topic: 'housing', commune: '11953', day: TODAY })

    expect(routed.unit).toMatchObject({ id: 'xa_11953', name: { vi: 'UBND phường Phố Hiến' } })
    expect(routed.escalation.id).toBe('so_xay_dung')
    expect(routed.reason).toEqual({ key: 'routing.reason.commune', values: { commune: 'phường Phố Hiến' } })
  })

  it('brings a commune matter of former Thái Bình to its desk too', () => {
    expect(route(territory, { topic: 'household_review', commune: '12826', day: TODAY }).unit.id).toBe('xa_12826')
  })

  it('brings legal aid to the legal aid centre, jobs to the job service centre, credit to the policy bank', () => {
    const unitFor = (topic: string) => route(territory, { topic, commune: '11953', day: TODAY }).unit.id

    expect(['legal_aid', 'jobs', 'credit'].map(unitFor)).toEqual(['tt_tgpl', 'tt_dvvl', 'nhcsxh'])
  })

  it('brings vocational training to education and work abroad to home affairs', () => {
    const unitFor = (topic: string) => route(territory, { topic, commune: null, day: TODAY }).unit.id

    expect(['vocational_training', 'work_abroad'].map(unitFor)).toEqual(['so_gddt', 'so_noi_vu'])
  })

  it('lets the department take a commune matter while the commune is not known', () => {
    const routed = route(territory, { topic: 'social_assistance', commune: null, day: TODAY })

    expect(routed.unit.id).toBe('so_y_te')
    expect(routed.reason.key).toBe('routing.reason.noCommune')
  })

  it('follows an old commune to the one it belongs to now', () => {
    const routed = route(territory, { topic: 'housing', commune: '11950', day: TODAY })

    expect(routed.unit.id).toBe('xa_11983')
    expect(routed.reason.values).toEqual({ old: 'phường Lam Sơn', commune: 'phường Sơn Nam' })
  })

  it('does not guess for a commune that was split: the department takes it until the village is known', () => {
    const routed = route(territory, { topic: 'housing', commune: '11989', day: TODAY })

    expect(routed.unit.id).toBe('so_xay_dung')
    expect(routed.reason.key).toBe('routing.reason.split')
  })
})

describe('a day in 2023', () => {
  it('routes as in 2023: the old commune, its district above it, the labour department over both', () => {
    const routed = route(territory, { topic: 'household_review', commune: '12325', day: '2023-05-10' })

    expect(routed.unit).toMatchObject({ id: 'xa_12325_cu_2024', name: { vi: 'UBND xã Vũ Xá' } })
    expect(routed.escalation.id).toBe('huyen_kim_dong')
    expect(routed.department.id).toBe('so_ldtbxh')
    expect(routed.basis).toBe('routing.basis.plan103')
  })

  it('knows the new name of the same code after the merger of 2024', () => {
    const routed = route(territory, { topic: 'household_review', commune: '12325', day: '2025-01-10' })

    expect(routed.unit).toMatchObject({ id: 'xa_12325_cu', name: { vi: 'UBND xã Diên Hồng' } })
  })

  it('gives training, jobs and work abroad to the labour department of then', () => {
    const departmentFor = (topic: string) => route(territory, { topic, commune: null, day: '2023-05-10' }).department.id

    expect(['vocational_training', 'jobs', 'work_abroad'].map(departmentFor)).toEqual([
      'so_ldtbxh',
      'so_ldtbxh',
      'so_ldtbxh',
    ])
  })

  it('says that a commune of former Thái Bình belonged to another province', () => {
    const routed = route(territory, { topic: 'housing', commune: '12452', day: '2023-05-10' })

    expect(routed.unit.id).toBe('so_ldtbxh')
    expect(routed.reason.key).toBe('routing.reason.otherProvince')
  })
})

describe('a complaint', () => {
  const complainedOf = fc.constantFrom(...territory.units)

  it('never reaches the unit complained of, what it was before or what became of it', () => {
    fc.assert(
      fc.property(anyTopic, anyCommune, anyDay, complainedOf, (topic, commune, day, about) => {
        const routed = route(territory, { topic, commune, day, complaintAbout: about.id })

        const reached = [routed.unit, routed.department, routed.escalation]
        expect(reached.filter((unit) => isSameLine(territory, unit, about))).toEqual([])
        expect(reached.every((unit) => isInForce(unit, day))).toBe(true)
        expect(routed.unit).not.toBe(routed.escalation)
      }),
      { numRuns: 2000 },
    )
  })

  it('about a commune goes to the department over the matter', () => {
    const about = { commune: '11953', day: TODAY, complaintAbout: 'xa_11953' }

    expect(route(territory, { topic: 'housing', ...about }).unit.id).toBe('so_xay_dung')
    expect(route(territory, { topic: 'complaint', ...about }).unit.id).toBe('so_nnmt')
  })

  it('about a department goes to the inspectorate, about the inspectorate to the office of the province', () => {
    const unitFor = (about: string) =>
      route(territory, { topic: 'complaint', commune: null, day: TODAY, complaintAbout: about }).unit.id

    expect([unitFor('so_nnmt'), unitFor('thanh_tra'), unitFor('vp_ubnd')]).toEqual([
      'thanh_tra',
      'vp_ubnd',
      'thanh_tra',
    ])
  })

  it('about nobody knows whom goes to the inspectorate of the province', () => {
    const routed = route(territory, { topic: 'complaint', commune: '11953', day: TODAY })

    expect(routed.unit.id).toBe('thanh_tra')
    expect(routed.reason.key).toBe('routing.reason.complaintUnknown')
  })
})

describe('what is still open when a unit ends', () => {
  it('goes to the unit that took over the topic', () => {
    const heirFor = (topic?: string) => successorOf(territory, 'so_ldtbxh', TODAY, topic).id

    expect([heirFor(), heirFor('jobs'), heirFor('vocational_training'), heirFor('social_assistance')]).toEqual([
      'so_nnmt',
      'so_noi_vu',
      'so_gddt',
      'so_y_te',
    ])
  })

  it('goes from an old commune to the commune it became part of', () => {
    expect(successorOf(territory, 'xa_12325_cu_2024', TODAY).id).toBe('xa_12280')
  })

  it('goes to the coordinator when the old commune was split, and to the district while there was one', () => {
    expect(successorOf(territory, 'xa_11989_cu', TODAY).id).toBe('so_nnmt')
    expect(successorOf(territory, 'xa_12088_cu_2024', '2025-02-01').id).toBe('huyen_yen_my')
    expect(successorOf(territory, 'xa_12088_cu_2024', TODAY).id).toBe('so_nnmt')
  })

  it('always finds a unit in force', () => {
    fc.assert(
      fc.property(fc.constantFrom(...territory.units), anyDay, (unit, day) => {
        const heir = successorOf(territory, unit.id, day)

        expect(isInForce(heir, day)).toBe(true)
      }),
    )
  })

  it('leaves a unit in force where it is', () => {
    const units = unitsInForce(territory, TODAY)

    expect(units.map((unit) => successorOf(territory, unit.id, TODAY))).toEqual(units)
  })
})

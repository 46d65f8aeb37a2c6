/**
 * Generated households of the kinds that the plan is for, each with the one member who is asked about. The whole truth is
 * known, and what the member would answer: mostly the truth, at times "I don't know". Nothing here is measured; the
 * shares are plain guesses that keep every kind present.
 */
import type { FactValue } from '../../src/eligibility/facts.ts'
import { hashOf, type Random, randomFrom } from './random.ts'

export interface Household {
  readonly kind: string
  /** What is so, fact by fact. Left out: there is nothing to tell (the age at death where nobody died). */
  readonly truth: Readonly<Record<string, FactValue>>
  /** What the member says when asked for the fact. */
  answer(fact: string): FactValue | null
}

type Truth = Record<string, FactValue>

/** Facts that people often cannot tell; all others they nearly always can. */
const HARD: Readonly<Record<string, number>> = {
  deprivation_count: 0.6,
  income_per_capita: 0.4,
  electricity_kwh: 0.4,
  months_since_escape: 0.3,
  area: 0.05,
  damage_percent: 0.3,
  pension_amount: 0.2,
  disability: 0.1,
  injury_percent: 0.2,
}
const SELDOM_UNKNOWN = 0.02

/** Kind of household and member → how often, and what sets it apart. */
const KINDS: Readonly<Record<string, { weight: number; truth: (truth: Truth, random: Random) => void }>> = {
  'old person alone': { weight: 12, truth: oldPerson(true) },
  'old person with children': { weight: 10, truth: oldPerson(false) },
  'pupil of a couple': { weight: 12, truth: pupil },
  'parent with schoolchildren': { weight: 12, truth: parent },
  'small child': { weight: 8, truth: smallChild },
  'single parent': { weight: 10, truth: singleParent },
  'disabled member': { weight: 10, truth: disabledMember },
  'student or apprentice': { weight: 8, truth: student },
  'young person without work': { weight: 8, truth: jobSeeker },
  'farmer newly out of poverty': { weight: 10, truth: newlyEscaped },
}

export function households(count: number, seed: number): Household[] {
  return Array.from({ length: count }, (_, index) => household(randomFrom(seed + index), `${seed}:${index}`))
}

function household(random: Random, name: string): Household {
  const kinds = Object.keys(KINDS)
  const kind = random.pick(
    kinds,
    kinds.map((one) => KINDS[one]?.weight ?? 0),
  )
  const truth = ordinary(random)
  KINDS[kind]?.truth(truth, random)
  makeWhole(truth, random)
  return {
    kind,
    truth,
    answer(fact) {
      const isUnknown = hashOf(`${name}:${fact}`) / 2 ** 32 < (HARD[fact] ?? SELDOM_UNKNOWN)
      return isUnknown ? null : (truth[fact] ?? null)
    },
  }
}

/** A grown-up of a poor or near-poor household without any special circumstance. */
function ordinary(random: Random): Truth {
  return {
    household_status: random.pick(
      ['poor', 'near_poor', 'escaped_poverty', 'average_living', 'none'],
      [38, 34, 16, 6, 6],
    ),
    age: random.between(25, 54),
    sex: random.pick(['female', 'male']),
    area: random.pick(['rural', 'urban'], [85, 15]),
    province: 'Hưng Yên',
    former_province: random.pick(['hung_yen', 'thai_binh']),
    in_poor_district: false,
    in_difficult_area: false,
    in_extremely_difficult_area: false,
    household_size: random.between(2, 6),
    student_level: 'none',
    school_public: random.isTrue(0.95),
    first_degree: true,
    pension: 'none',
    has_support_obligor: true,
    obligor_receives_allowance: false,
    electricity_kwh: random.between(20, 150),
    occupation: random.pick(['farmer', 'other', 'office'], [70, 25, 5]),
    disability: 'none',
    disabled_members: 0,
    condition: 'không',
    serious_costly_disease: false,
    cannot_pay_treatment: false,
    provincial_illness_allowance: false,
    medical_conclusion_provincial: false,
    medical_board_before_2012: false,
    work_capacity: true,
    self_care: true,
    hiv: random.isTrue(0.01),
    pregnant: false,
    cared_at_home_by_family: false,
    taken_in_by_carer: false,
    lives_in_care_facility: false,
    merit: random.isTrue(0.02),
    merit_type: 'none',
    merit_relation: random.pick(['none', 'child_of_martyr', 'child_of_war_invalid'], [96, 2, 2]),
    agent_orange: random.isTrue(0.01),
    injury_percent: 0,
    ethnic_minority: random.isTrue(0.01),
    single_parent: false,
    marital_status: 'married',
    orphan: 'none',
    other_parent_status: 'present',
    both_parents_unavailable: false,
    abandoned: false,
    received_before_16: false,
    receives_monthly_social_allowance: false,
    member_receives_monthly_social_allowance: false,
    receives_social_pension: false,
    other_monthly_allowance: false,
    child_of_single_parent_on_allowance: false,
    written_request: true,
    commune_confirmed: true,
    legal_residence: true,
    on_approved_list: random.isTrue(0.05),
    death_cause: random.pick(['none', 'traffic_accident', 'work_accident', 'natural_disaster'], [97, 1, 1, 1]),
    lacks_food: random.isTrue(0.03),
    inclusive_education: false,
    ethnic_boarding_school_graduate: false,
    field_of_study: 'other',
    parent_work_accident_allowance: false,
    employed: random.isTrue(0.6),
    compulsory_si: random.isTrue(0.2),
    ui_months_last_24: random.pick([0, 6, 12, 24], [70, 10, 10, 10]),
    ui_claim_filed: true,
    finished_service: random.isTrue(0.05),
    previously_trained_with_state_support: random.isTrue(0.1),
    land_recovered: random.isTrue(0.02),
    stable_livelihood: random.isTrue(0.4),
    overseas_contract: random.isTrue(0.03),
    amount_requested: random.pick([0, 30_000_000, 50_000_000, 100_000_000]),
    collateral: random.isTrue(0.3),
    financial_shock: random.isTrue(0.05),
    has_study_device: random.isTrue(0.4),
    received_tablet: random.isTrue(0.1),
    parent_lost_to_covid: random.isTrue(0.01),
    low_income_worker: random.isTrue(0.1),
    has_sanitary_latrine: random.isTrue(0.6),
    has_clean_water: random.isTrue(0.6),
    housing_state: random.pick(['sound', 'dilapidated', 'badly_damaged', 'collapsed', 'none'], [70, 20, 6, 2, 2]),
    forced_relocation: random.isTrue(0.01),
    can_self_improve: random.isTrue(0.3),
    damage_cause: random.pick(['other', 'natural_disaster', 'plant_pest'], [80, 12, 8]),
    crop: random.pick(['inbred_rice', 'hybrid_rice', 'maize_vegetable', 'perennial'], [50, 20, 20, 10]),
    damage_percent: random.between(0, 90),
  }
}

/** What follows from the rest, so that no two facts of one household contradict each other. */
function makeWhole(truth: Truth, random: Random): void {
  const status = truth.household_status
  const isPoor = status === 'poor'
  const line = truth.area === 'rural' ? 1_500_000 : 2_000_000
  const isUnderLine = isPoor || status === 'near_poor'
  const income = isUnderLine
    ? random.between(500_000, line)
    : random.between(line + 50_000, status === 'none' ? 3 * line : line * 1.5)
  truth.income_per_capita = Math.round(income / 1000) * 1000
  truth.household_income = Number(truth.income_per_capita) * Number(truth.household_size)
  truth.deprivation_count = isPoor ? random.between(3, 7) : random.between(0, 2)
  truth.of_working_age = Number(truth.age) >= 15
  if (status === 'escaped_poverty') {
    truth.months_since_escape ??= random.between(1, 60)
    truth.previous_status = random.pick(['poor', 'near_poor'])
  }
  const isDamaged = truth.housing_state === 'collapsed' || truth.housing_state === 'badly_damaged'
  truth.housing_cause = isDamaged ? random.pick(['natural_disaster', 'fire', 'none'], [50, 10, 40]) : 'none'
  if (truth.disability === 'severe' || truth.disability === 'extremely_severe') {
    truth.receives_monthly_social_allowance = random.isTrue(0.5)
  }
  if (truth.receives_monthly_social_allowance === true) truth.member_receives_monthly_social_allowance = true
}

function oldPerson(isAlone: boolean) {
  return (truth: Truth, random: Random): void => {
    truth.age = random.between(60, 90)
    truth.household_size = isAlone ? 1 : random.between(3, 6)
    truth.has_support_obligor = !isAlone || random.isTrue(0.5)
    truth.obligor_receives_allowance = truth.has_support_obligor && random.isTrue(0.05)
    truth.pension = random.pick(['none', 'pension', 'survivor'], [85, 10, 5])
    if (truth.pension !== 'none') truth.pension_amount = random.pick([400_000, 2_500_000, 3_500_000])
    truth.marital_status = random.pick(['widowed', 'married', 'single'], [60, 25, 15])
    truth.employed = false
    truth.compulsory_si = false
    truth.disability = random.pick(['none', 'mild', 'severe'], [80, 10, 10])
    truth.receives_social_pension = Number(truth.age) >= 75 && random.isTrue(0.5)
    truth.merit_relation = random.pick(['none', 'parent_of_martyr', 'spouse_of_martyr'], [92, 4, 4])
  }
}

function pupil(truth: Truth, random: Random): void {
  truth.age = random.between(6, 17)
  truth.student_level = truth.age < 11 ? 'primary' : truth.age < 15 ? 'secondary' : 'high'
  beChild(truth, random)
}

function smallChild(truth: Truth, random: Random): void {
  truth.age = random.between(0, 5)
  const isInSchool = truth.age >= 1 && random.isTrue(0.8)
  truth.student_level = isInSchool ? 'preschool' : 'none'
  if (isInSchool) truth.school_stage = truth.age >= 3 ? 'kindergarten' : 'nursery'
  beChild(truth, random)
}

function beChild(truth: Truth, random: Random): void {
  truth.occupation = 'other'
  truth.employed = false
  truth.compulsory_si = false
  truth.finished_service = false
  truth.marital_status = 'single'
  truth.has_support_obligor = true
  truth.orphan = random.pick(['none', 'one_parent', 'both'], [90, 8, 2])
  if (truth.orphan === 'one_parent') truth.other_parent_status = random.pick(['present', 'missing', 'in_prison'])
  truth.disability = random.pick(['none', 'mild', 'severe'], [94, 3, 3])
  truth.inclusive_education = truth.disability !== 'none'
}

function parent(truth: Truth, random: Random): void {
  truth.child_age = random.between(3, 17)
  truth.child_studying = true
  truth.child_first_degree = true
  truth.pregnant = truth.sex === 'female' && random.isTrue(0.1)
}

function singleParent(truth: Truth, random: Random): void {
  parent(truth, random)
  truth.single_parent = true
  truth.sex = random.pick(['female', 'male'], [85, 15])
  truth.marital_status = random.pick(['widowed', 'single', 'divorced', 'spouse_missing'], [40, 25, 30, 5])
  truth.receives_monthly_social_allowance = random.isTrue(0.3)
}

function disabledMember(truth: Truth, random: Random): void {
  truth.age = random.between(16, 70)
  truth.disability = random.pick(['mild', 'severe', 'extremely_severe'], [30, 50, 20])
  truth.condition = random.pick(['liệt nửa người', 'mù một mắt', 'tâm thần phân liệt'])
  truth.work_capacity = random.isTrue(0.3)
  truth.self_care = truth.disability !== 'extremely_severe'
  truth.cared_at_home_by_family = truth.disability === 'extremely_severe'
  truth.disabled_members = 1
  truth.employed = truth.work_capacity
  truth.compulsory_si = false
}

function student(truth: Truth, random: Random): void {
  truth.age = random.between(16, 22)
  truth.marital_status = 'single'
  truth.employed = false
  truth.compulsory_si = false
  truth.student_level = random.pick(['vocational', 'university'])
  truth.orphan = random.pick(['none', 'one_parent', 'both'], [90, 8, 2])
  truth.highest_qualification = truth.student_level === 'vocational' ? random.pick(['secondary', 'high']) : 'high'
  if (truth.student_level === 'vocational')
    truth.programme_level = random.pick(['intermediate', 'college', 'elementary'])
  truth.year_of_study = random.between(1, 4)
}

function jobSeeker(truth: Truth, random: Random): void {
  truth.age = random.between(18, 30)
  truth.employed = false
  truth.compulsory_si = false
  truth.marital_status = random.pick(['single', 'married'])
  truth.finished_service = truth.sex === 'male' && random.isTrue(0.3)
  truth.highest_qualification = random.pick(['secondary', 'high'])
  truth.overseas_contract = random.isTrue(0.1)
}

function newlyEscaped(truth: Truth, random: Random): void {
  truth.household_status = 'escaped_poverty'
  truth.months_since_escape = random.between(1, 48)
  truth.age = random.between(30, 65)
  truth.occupation = 'farmer'
  truth.area = 'rural'
}

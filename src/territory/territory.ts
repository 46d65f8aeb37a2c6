/**
 * Communes, units and routing of the province as they stand on any day since the plan began. Built once from `flows/`
 * by `readTerritory`, never changed afterwards; everything that asks it is a pure function.
 */

/** One commune under one name for one span of days. */
export interface Place {
  /** `<code>@<from>`: codes were used again in 2024 and 2025, so a code alone does not name a place. */
  key: string
  code: string
  name: string
  type: 'xã' | 'phường' | 'thị trấn'
  /** The former district; several are separated by `; ` for a commune of today that was made across districts. */
  district: string | null
  formerProvince: string
  /** First day on record: the record begins with the plan, the place may be older. */
  from: string
  /** Last day; null runs on. */
  to: string | null
  /** Codes of today; empty for a place of today, or where no source names the successor. */
  successors: string[]
  split: boolean
  /** Other spellings in use. */
  also: string[]
}

type UnitKind = 'department' | 'commune_desk' | 'district' | 'centre' | 'bank' | 'front'

export interface Unit {
  id: string
  kind: UnitKind
  name: Record<'vi' | 'en', string>
  from: string
  to: string | null
  /** Who takes over what is open; null for a unit that ended: district of then, or the coordinator. */
  successor: string | null
  /** The commune of a commune desk. */
  placeCode: string | null
  /** The district of a district committee, and the one above an old commune desk. */
  district: string | null
  /** Null until an officer has confirmed it. */
  phone: string | null
  address: string | null
  source: string
  confidence: Confidence
}

type Confidence = 'high' | 'medium' | 'low' | 'unverified'

export interface Promises {
  /** Working minutes until the first answer. */
  firstAnswerMinutes: number
  /** The same for an urgent ticket. */
  urgentMinutes: number
  /** Working days until the result. */
  resultDays: number
}

interface Interval {
  from: string
  to: string | null
  /** Key of a text. */
  basis: string
  source: string
  confidence: Confidence
}

export interface TopicRule extends Interval {
  /** `commune` or a unit id. */
  firstLine: string
  department: string
  /** `district`, `department`, `coordinator`, `above` or a unit id. */
  escalation: string
  promises: Promises
}

export interface CoordinatorRule extends Interval {
  unit: string
  above: string
}

interface ComplaintRule extends Interval {
  /** Who may look into a complaint, best first: `department`, `coordinator` or a unit id. */
  about: Record<UnitKind | 'unknown', string[]>
}

export const LADDER_STEPS = ['officer', 'head', 'department', 'coordinator'] as const
export type LadderStep = (typeof LADDER_STEPS)[number]

/** What is said before and after a deadline, in working minutes. */
export interface Ladder {
  warnMinutes: { first_answer: number; result: number }
  /** In the order in which they are climbed. */
  steps: readonly { afterMinutes: number; to: LadderStep }[]
}

export const PRIORITY_GROUPS = ['merit', 'children', 'disabled', 'women'] as const
export type PriorityGroup = (typeof PRIORITY_GROUPS)[number]

/** What decides the place of a ticket in a queue, beside its deadline. */
export interface QueueOrder {
  urgentMinutesAhead: number
  priorityMinutesAhead: number
  /** A person belongs to a group when any of its signs fits what is known of them. */
  groups: ReadonlyMap<PriorityGroup, readonly GroupSign[]>
}

export interface GroupSign {
  fact: string
  is?: readonly (string | boolean)[] | undefined
  atLeast?: number | undefined
  atMost?: number | undefined
}

export interface Routing {
  /** The first day of the service; earlier days are treated as this one. */
  begins: string
  promises: Promises
  coordinator: readonly CoordinatorRule[]
  complaints: readonly ComplaintRule[]
  topics: ReadonlyMap<string, readonly TopicRule[]>
  ladder: Ladder
  /** So often another unit may accept a ticket before any further offer goes to the coordinator. */
  acceptedAtMost: number
  order: QueueOrder
}

export const HOTLINE_KINDS = [
  'violence',
  'child_at_risk',
  'trafficking',
  'self_harm',
  'court_date',
  'no_food_or_shelter',
] as const
export type HotlineKind = (typeof HOTLINE_KINDS)[number]

export interface HotlineNumber {
  id: string
  /** Null: not confirmed, not shown. */
  number: string | null
  name: Record<'vi' | 'en', string>
  source: string
  confidence: Confidence
}

export interface Hotline {
  kind: HotlineKind
  /** Key of the text that says what to do now; filled with `values`. */
  text: string
  values: Record<string, string>
  numbers: HotlineNumber[]
}

export interface Territory {
  places: readonly Place[]
  /** All spans of one code, oldest first. */
  placesByCode: ReadonlyMap<string, readonly Place[]>
  units: readonly Unit[]
  unitById: ReadonlyMap<string, Unit>
  /** The commune desk of a place, by place key; a place of another province has none. */
  deskByPlace: ReadonlyMap<string, Unit>
  districtByName: ReadonlyMap<string, Unit>
  routing: Routing
  hotlines: ReadonlyMap<HotlineKind, Hotline>
}

/** Whether something dated is in force on a day (`YYYY-MM-DD`). */
export function isInForce(dated: { from: string; to: string | null }, day: string): boolean {
  return dated.from <= day && (dated.to === null || day <= dated.to)
}

export function unitsInForce(territory: Territory, day: string): Unit[] {
  return territory.units.filter((unit) => isInForce(unit, day))
}

/** The place that bore a code on a day. */
export function placeOn(territory: Territory, code: string, day: string): Place | undefined {
  return territory.placesByCode.get(code)?.find((place) => isInForce(place, day))
}

/** The commune of today with a code. */
export function communeOfToday(territory: Territory, code: string): Place | undefined {
  return territory.placesByCode.get(code)?.find((place) => place.to === null)
}

/** `xã Tân Hưng`. */
export function fullName(place: Place): string {
  return `${place.type} ${place.name}`
}

/**
 * The households of a commune's list. A list has one line a household, or one a person: then its members follow their
 * head, told apart by the number of the household, by their relation, or by the head's name beside theirs. Pure.
 */
import type { FileFault } from '../spreadsheet/file-fault.ts'
import { type FoundTable, findTable, type Line, type PassedLine } from '../spreadsheet/find-table.ts'
import { folded } from '../spreadsheet/words.ts'
import { type ColumnId, columnOf } from './columns.ts'
import type {
  FaultyHousehold,
  HouseholdStanding,
  PriorityGroup,
  RegisterFault,
  RegisterRow,
  RegisterStatus,
} from './household.ts'
import { lacksOf } from './lacks.ts'
import { type LineContext, type ReadLine, readLine } from './read-line.ts'

export interface ListContext extends LineContext {
  /** What all of the list are, unless a line says otherwise. */
  commonStatus: RegisterStatus | null
  childBelow: number
  elderlyFrom: number
}

export interface FoundHouseholds {
  rows: RegisterRow[]
  passed: PassedLine[]
  columns: FoundTable<ColumnId>['columns']
  unused: string[]
}

export const MOST_HOUSEHOLDS = 5_000

export function readHouseholds(lines: readonly Line[], context: ListContext): FoundHouseholds | { fault: FileFault } {
  const found = findTable<ColumnId>(lines, { columnOf, names: ['name', 'head'] })
  if ('fault' in found) return found
  const { layout, passed, columns, unused } = found
  const read = found.lines.map((line) => readLine(line, layout, context))
  const groups = grouped(read, new Set(layout.keys()))
  if (groups.length === 0) return { fault: { key: 'no_rows' } }
  if (groups.length > MOST_HOUSEHOLDS) {
    return { fault: { key: 'too_many_rows', values: { rows: groups.length, most: MOST_HOUSEHOLDS } } }
  }
  const rows = groups.map((group) => household(group, context))
  return { rows: withoutTwice(rows), passed, columns, unused }
}

/** Each household's lines, the head's first. */
function grouped(lines: readonly ReadLine[], columns: ReadonlySet<ColumnId>): ReadLine[][] {
  const groups: ReadLine[][] = []
  for (const line of lines) {
    const last = groups.at(-1)
    if (last === undefined || begins(line, last, columns)) groups.push([line])
    else last.push(line)
  }
  return groups.map((group) => {
    const head = group.find((line) => isHead(line)) ?? group.find((line) => folded(line.headName) === folded(line.name))
    return head === undefined ? group : [head, ...group.filter((line) => line !== head)]
  })
}

function begins(line: ReadLine, group: readonly ReadLine[], columns: ReadonlySet<ColumnId>): boolean {
  const [first] = group
  if (columns.has('code')) return line.code !== '' && line.code !== first?.code
  if (columns.has('relation')) {
    return isHead(line) || (line.relation === '' && (line.status !== null || line.certificate !== ''))
  }
  if (columns.has('name') && columns.has('head')) {
    return line.headName !== '' && folded(line.headName) !== folded(first?.headName ?? '')
  }
  return true
}

function isHead({ relation }: ReadLine): boolean {
  return /^(la )?(chu ho|ch|ban than)$/.test(folded(relation))
}

function household(group: readonly ReadLine[], context: ListContext): RegisterRow {
  const [head, ...others] = group
  if (head === undefined) throw new Error('A household has no line')
  const faults = group.flatMap((line) => line.faults)
  const blame = (key: string, value = '') => faults.push({ number: head.number, key, column: '', value })
  const first = <Value>(pick: (line: ReadLine) => Value | null): Value | null =>
    group.reduce<Value | null>((found, line) => found ?? pick(line), null)

  const statuses = new Set(group.flatMap(({ status }) => status ?? []))
  if (statuses.size > 1) blame('two_statuses')
  const status = first((line) => line.status) ?? context.commonStatus
  if (status === null && faults.length === 0) blame('no_status')
  const decisionDate = first((line) => line.decisionDate)
  // The decision that says they escaped is what their months are counted from.
  const escapedOn = status === 'escaped_poverty' ? (first((line) => line.escapedOn) ?? decisionDate) : null
  if (status === 'escaped_poverty' && escapedOn === null && faults.length === 0) blame('no_escape_date')
  if (status === null || faults.length > 0) {
    return { kind: 'faulty', number: head.number, name: head.name, village: head.village, faults }
  }
  const notes = group.flatMap((line) => line.notes)
  if (head.birth === '') notes.push({ key: 'no_birth', value: '' })
  return {
    kind: 'household',
    number: head.number,
    who: {
      name: head.name,
      birth: head.birth,
      sex: head.sex,
      village: head.village,
      identity: head.identity,
      certificate: first((line) => line.certificate || null) ?? '',
      certificateYear: first((line) => line.certificateYear),
      decision: first((line) => line.decision || null) ?? '',
      decisionDate,
      members: others.map(({ name, birth, sex, relation }) => ({ name, birth, sex, relation })),
    },
    standing: standingOf(group, head, { status, escapedOn }, context),
    notes,
  }
}

function standingOf(
  group: readonly ReadLine[],
  head: ReadLine,
  { status, escapedOn }: Pick<HouseholdStanding, 'status' | 'escapedOn'>,
  { childBelow, elderlyFrom }: ListContext,
): HouseholdStanding {
  const isByPerson = group.length > 1
  const count = (said: number | null, fits: (line: ReadLine) => boolean, isKnown: (line: ReadLine) => boolean) =>
    said ?? (isByPerson && group.every(isKnown) ? group.filter(fits).length : null)
  const hasAge = ({ age }: ReadLine) => age !== null
  const women = count(
    head.women,
    ({ sex }) => sex === 'female',
    ({ sex }) => sex !== null,
  )
  const children = count(head.children, ({ age }) => age !== null && age < childBelow, hasAge)
  const elderly = count(null, ({ age }) => age !== null && age >= elderlyFrom, hasAge)
  const groups = new Set<PriorityGroup>(group.flatMap((line) => line.groups))
  if (head.sex === 'female') groups.add('women_headed')
  if ((children ?? 0) > 0 || group.some(({ age }) => age !== null && age < childBelow)) groups.add('children')
  if (group.some(({ age }) => age !== null && age >= elderlyFrom)) groups.add('elderly')
  const saying = group.filter(({ lacks }) => lacks !== null)
  const lacks = saying.length === 0 ? null : lacksOf(saying.flatMap((line) => line.lacks ?? []))
  const counted = group.reduce<number | null>((found, { lackCount }) => found ?? lackCount, null)
  return {
    status,
    previousStatus: head.previousStatus,
    escapedOn,
    priorityGroups: [...groups].sort(),
    deprivations: lacks?.dimensions ?? null,
    indicators: lacks?.indicators ?? null,
    deprivationCount: counted ?? (lacks === null || lacks.indicators.length === 0 ? null : lacks.indicators.length),
    members: head.size ?? (isByPerson ? group.length : null),
    women,
    children,
    elderly,
  }
}

/** One household entered twice: the second is shown, not taken over. */
function withoutTwice(rows: readonly RegisterRow[]): RegisterRow[] {
  const firsts = new Map<string, { number: number; identity: string }>()
  return rows.map((row) => {
    if (row.kind === 'faulty') return row
    const { name, birth, village, identity } = row.who
    const signs = [`who|${folded(name)}|${birth}|${folded(village)}`, ...(identity === '' ? [] : [`id|${identity}`])]
    const before = signs.flatMap((sign) => firsts.get(sign) ?? []).find((one) => !areTwoPeople(one.identity, identity))
    if (before === undefined) {
      for (const sign of signs) firsts.set(sign, { number: row.number, identity })
      return row
    }
    const fault: RegisterFault = { number: row.number, key: 'twice', column: '', value: String(before.number) }
    return { kind: 'faulty', number: row.number, name, village, faults: [fault] } satisfies FaultyHousehold
  })
}

function areTwoPeople(one: string, other: string): boolean {
  return one !== '' && other !== '' && one !== other
}

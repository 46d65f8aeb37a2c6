import type { Determination } from '../eligibility/determine.ts'
import { explain, type Line } from '../eligibility/explain.ts'
import { formatDay } from '../i18n.ts'
import type { FileFault } from '../spreadsheet/file-fault.ts'
import { codeOf, judgeRow, type OutcomeCode } from '../village-list/judge-row.ts'
import type { OpenedRow, VillageList } from '../village-list/open-list.ts'
import type { PersonRow, RowFault } from '../village-list/read-row.ts'
import { textOr } from './names.ts'
import type { ConsoleServices, Visit } from './visit.ts'

type Services = Pick<ConsoleServices, 'texts' | 'eligibility'>

/** A text of `village.json` in the visit's language. */
export type Say = (key: string, values?: Record<string, unknown>) => string

export function sayOf({ texts }: Pick<ConsoleServices, 'texts'>, { language }: Visit): Say {
  return (key, values) => texts.text(language, `village.${key}`, values)
}

export function programmeName({ texts }: Pick<ConsoleServices, 'texts'>, { language }: Visit, id: string): string {
  return textOr(texts, language, [`programmes.${id}.name`], id)
}

export function fileFaultWords(say: Say, { key, values = {} }: FileFault): string {
  return say(`file.${key}`, values)
}

/** `Năm sinh: “30/2/1950” — không có ngày này.` */
export function rowFaultWords(say: Say, { key, column, value }: Omit<RowFault, 'key'> & { key: string }): string {
  const what = say(`fault.${key}`)
  const where = column === '' ? '' : `${column}: `
  return value === '' ? `${where}${what}` : `${where}“${value}”. ${what}`
}

/** `76 tuổi, sinh 15/03/1950` or `75–76 tuổi, sinh 1950`. */
export function ageWords(say: Say, { ages, birth }: PersonRow): string {
  const [first, second] = ages
  const parts = [
    ...(first === undefined ? [] : [say('ageWords', { age: second === undefined ? first : `${first}–${second}` })]),
    ...(birth === '' ? [] : [say('bornWords', { birth })]),
  ]
  return parts.join(', ')
}

export interface RowWords {
  number: number
  name: string
  /** Age and village, small under the name. */
  about: string
  /** Programmes that the person is likely entitled to. */
  eligible: string[]
  officer: number
  unknown: number
  faults: string[]
  isWaiting: boolean
  hasNotes: boolean
}

/** One line of the list's page. */
export function rowWords(services: Services, visit: Visit, say: Say, opened: OpenedRow): RowWords {
  const { row, outcomes, programmes } = opened
  const named = (code: OutcomeCode) =>
    programmes.filter((_, index) => outcomes[index] === code).map((id) => programmeName(services, visit, id))
  const count = (code: OutcomeCode) => [...outcomes].filter((one) => one === code).length
  return {
    number: row.number,
    name: row.name === '' ? say('noName') : row.name,
    about: row.kind === 'person' ? [ageWords(say, row), row.village].filter((part) => part !== '').join(' · ') : '',
    eligible: named('e'),
    officer: count('o'),
    unknown: count('u'),
    faults: row.kind === 'faulty' ? row.faults.map((fault) => rowFaultWords(say, fault)) : [],
    isWaiting: row.kind === 'person' && outcomes === '',
    hasNotes: row.kind === 'person' && row.notes.length > 0,
  }
}

/** The groups of a person's page, the hopeful first. */
const GROUPS = ['e', 's', 'o', 'u', 'n', 'f'] as const

export interface ReasonGroup {
  code: OutcomeCode
  title: string
  programmes: { name: string; lines: { kind: 'why' | 'assumed' | 'benefit' | 'basis'; text: string }[] }[]
}

/** Everything found for one person, with reasons; judged anew, since reasons are not kept. */
export function reasonsOf(
  services: Services,
  visit: Visit,
  say: Say,
  list: VillageList,
  opened: OpenedRow & { row: PersonRow },
): ReasonGroup[] {
  const judged = judgeRow(services.eligibility, opened.row, list.judgedOn)
  const anew = new Map(
    (judged.kind === 'judged' ? judged.determinations : []).map((one) => [one.programme, one] as const),
  )
  const found = opened.programmes.map((id, index) => {
    const determination = anew.get(id)
    // The rules may have changed since: what was found stays as it was, without reasons that no longer fit.
    const fits = determination !== undefined && codeOf(determination) === opened.outcomes[index]
    const lines = fits
      ? reasonLines(services, visit, determination)
      : [{ kind: 'why' as const, text: say('rulesChanged') }]
    return { code: opened.outcomes[index], name: programmeName(services, visit, id), lines }
  })
  return GROUPS.map((code) => ({
    code,
    title: say(`group.${code}`),
    programmes: found.filter((one) => one.code === code).map(({ name, lines }) => ({ name, lines })),
  })).filter(({ programmes }) => programmes.length > 0)
}

function reasonLines({ texts, eligibility }: Services, { language }: Visit, determination: Determination) {
  return explain(eligibility, determination).flatMap((line) => {
    const kind = kindOf(line)
    if (kind === null || !texts.has(language, line.key)) return []
    // The assumption alone, without the mark of a list that it has in a talk.
    const text =
      kind === 'assumed'
        ? textOr(texts, language, [String(line.values.factKey)], String(line.values.factKey))
        : texts.text(language, line.key, line.values)
    return [{ kind, text }]
  })
}

/** What an officer wants of an explanation; how to apply is the officer's own trade. */
function kindOf({ key }: Line): ReasonGroup['programmes'][number]['lines'][number]['kind'] | null {
  if (/^reasons\.(criteria\.|line\.(missing|superseded|open_ended)$)/.test(key)) return 'why'
  if (/^reasons\.headline\.(ended|not_begun)$/.test(key)) return 'why'
  if (key === 'reasons.line.assumed') return 'assumed'
  if (/^reasons\.line\.basis(_document)?$/.test(key)) return 'basis'
  return /^programmes\./.test(key) && !key.endsWith('.change') ? 'benefit' : null
}

/** The name under which a list is known: its file, its day. */
export function listName({ about, judgedOn }: VillageList): string {
  return about.fileName === '' ? formatDay(judgedOn) : about.fileName
}

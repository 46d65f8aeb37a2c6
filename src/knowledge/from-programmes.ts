/** Lines that the programmes in force give to an answer: how much they give, how to go about them. Pure. */
import { amountOn } from '../eligibility/amounts.ts'
import { lastDay } from '../eligibility/basis.ts'
import { type Determination, determine } from '../eligibility/determine.ts'
import type { Programme } from '../eligibility/programme.ts'
import { formatDay } from '../i18n.ts'
import { basisOfAmounts, basisOfVersion, type Citation, type Line, span, versionOn } from './placeholders.ts'

export interface Told {
  /** Blocks of lines; a block is read as one paragraph. */
  blocks: Line[][]
  basis: Citation[]
}

/** More than these in one answer tire a reader; the others are named only, and of them no more than these. */
const MOST_AMOUNTS = 4
/** Ways to apply that differ more than this are told when one programme is asked for. */
const MOST_WAYS = 2

const nameOf = (programme: string): Line => ({ key: `programmes.${programme}.name`, values: {} })

/** One line a programme: what it gives, or that the office confirms it; what is sure comes first. */
export function amountsOf(programmes: readonly Programme[], day: string): Told {
  const all = programmes.flatMap((programme) => {
    const told = amountOf(programme, day)
    return told === undefined ? [] : [{ ...told, programme: programme.id }]
  })
  const sorted = [...all.filter(({ sure }) => sure), ...all.filter(({ sure }) => !sure)]
  const told = sorted.slice(0, MOST_AMOUNTS)
  const more = sorted
    .slice(MOST_AMOUNTS, 2 * MOST_AMOUNTS)
    .map(({ programme }): Line => ({ key: 'knowledge.line.item', values: { name: nameOf(programme) } }))
  return {
    blocks: [
      told.map(({ line }) => line),
      more.length === 0 ? [] : [{ key: 'knowledge.line.more', values: {} }, ...more],
    ].filter((block) => block.length > 0),
    basis: told.flatMap(({ basis }) => basis),
  }
}

function amountOf(programme: Programme, day: string): { line: Line; basis: Citation[]; sure: boolean } | undefined {
  const version = versionOn(programme, day)
  if (version === undefined) return undefined
  const basis = basisOfVersion(programme, version, day)
  const levels = version.benefit.map((benefit) => ({
    benefit,
    amounts: benefit.amounts.flatMap((rule) => amountOn(rule, programme.amounts, day) ?? []),
  }))
  const known = levels.filter(({ benefit, amounts }) => amounts.length === benefit.amounts.length)
  const last = known.at(-1)
  const name = nameOf(programme.id)
  if (last === undefined) return { line: { key: 'knowledge.line.amount_office', values: { name } }, basis, sure: false }
  const values = Object.fromEntries(
    last.amounts.flatMap(({ name: amount, up_to }) => {
      const same = known.flatMap(({ amounts }) => amounts.filter((one) => one.name === amount))
      if (up_to === undefined) return [[amount, span(same)]]
      return [
        [amount, span(same.map(({ value }) => ({ value })))],
        [`${amount}UpTo`, span(same.map((one) => ({ value: one.up_to ?? one.value })))],
      ]
    }),
  )
  const differs = Object.values(values).some((value) => value.includes('–'))
  const ending = known.length < levels.length ? 'amount_partly' : differs ? 'amount_differs' : 'amount'
  const chosen = programme.kind === 'discretionary' ? 'if_granted_' : ''
  const benefit: Line = { key: `programmes.${programme.id}.${last.benefit.key}`, values }
  const rules = known.flatMap((level) => level.benefit.amounts)
  return {
    line: { key: `knowledge.line.${chosen}${ending}`, values: { name, benefit } },
    basis: [...basis, ...basisOfAmounts(programme, rules, day)],
    sure: true,
  }
}

/** Where, papers, who decides and how long, once for programmes that share them. */
export function stepsOf(programmes: readonly Programme[], day: string): Told {
  const ways = new Map<string, { names: string[]; lines: Line[] }>()
  const places = new Set<string>()
  const basis: Citation[] = []
  for (const programme of programmes) {
    const determination = determine(programme, {}, day)
    if (determination.outcome === 'not_in_force') continue
    const lines = stepLines(determination)
    const way = ways.get(JSON.stringify(lines)) ?? { names: [], lines }
    way.names.push(programme.id)
    ways.set(JSON.stringify(lines), way)
    places.add(determination.where.key)
    const version = versionOn(programme, day)
    if (version !== undefined) basis.push(...basisOfVersion(programme, version, day))
  }
  if (ways.size === 0) return { blocks: [], basis }
  if (ways.size <= MOST_WAYS) {
    const blocks = [...ways.values()].map(({ names, lines }) =>
      ways.size === 1
        ? lines
        : [...names.map((id): Line => ({ key: 'knowledge.line.item', values: { name: nameOf(id) } })), ...lines],
    )
    return { blocks, basis }
  }
  const example = [...ways.values()][0]?.names[0]
  const where = [...places].map((key): Line => ({ key: 'knowledge.line.item', values: { name: { key, values: {} } } }))
  return {
    blocks: [
      [{ key: 'knowledge.line.places', values: {} }, ...where],
      example === undefined ? [] : [{ key: 'knowledge.line.papers_differ', values: { name: nameOf(example) } }],
    ],
    basis,
  }
}

function stepLines({ where, decides, papers, papers_to_confirm, time_limit }: Determination): Line[] {
  const text = (key: string): Line => ({ key, values: {} })
  return [
    { key: 'knowledge.line.where', values: { where: text(where.key) } },
    ...(papers.length > 0 ? [text('knowledge.line.papers')] : []),
    ...papers.map(({ key }): Line => ({ key: 'knowledge.line.item', values: { name: text(key) } })),
    ...(papers_to_confirm ? [text('knowledge.line.papers_to_confirm')] : []),
    { key: 'knowledge.line.decides', values: { decides: text(decides.key) } },
    ...(time_limit === null ? [] : [{ key: time_limit.key, values: { days: String(time_limit.values.days) } }]),
  ]
}

/** How long it takes, for the programmes of which that is known. */
export function timeLimitsOf(programmes: readonly Programme[], day: string): Told {
  const told = programmes.flatMap((programme) => {
    const { time_limit } = determine(programme, {}, day)
    const version = versionOn(programme, day)
    if (time_limit === null || version === undefined) return []
    const limit: Line = { key: time_limit.key, values: { days: String(time_limit.values.days) } }
    const line: Line = { key: 'knowledge.line.amount', values: { name: nameOf(programme.id), benefit: limit } }
    return [{ line, basis: basisOfVersion(programme, version, day) }]
  })
  return {
    blocks: told.length === 0 ? [] : [told.map(({ line }) => line)],
    basis: told.flatMap(({ basis }) => basis),
  }
}

/** That a programme which was asked for by name is over, or has not begun. */
export function notInForce(programme: Programme, day: string): Told {
  const { outcome, reason, version } = determine(programme, {}, day)
  const nearest = programme.versions.find((one) => one.id === version)
  if (outcome !== 'not_in_force' || nearest === undefined) return { blocks: [], basis: [] }
  const ended = reason === 'ended'
  const line: Line = {
    key: `knowledge.line.${ended ? 'ended' : 'not_begun'}`,
    values: { name: nameOf(programme.id), day: formatDay(ended ? lastDay(nearest.to) : nearest.from) },
  }
  const related = programme.related.map((id): Line => ({ key: 'knowledge.line.item', values: { name: nameOf(id) } }))
  return {
    blocks: [[line], related.length === 0 ? [] : [{ key: 'knowledge.line.related', values: {} }, ...related]].filter(
      (block) => block.length > 0,
    ),
    basis: nearest.basis.flatMap((key) => {
      const basis = programme.basis[key]
      if (basis === undefined) return []
      const { document, article, from, to, confidence } = basis
      return [{ document, article, from, to, confidence }]
    }),
  }
}

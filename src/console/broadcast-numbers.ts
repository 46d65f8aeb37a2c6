/** What became of a message, per channel, in honest columns: what is not known is not counted as anything else. */

import type { Progress } from '../broadcasts/progress.ts'
import type { Broadcast } from '../broadcasts/store.ts'
import { formatNumber } from '../i18n.ts'
import { costWords, durationWords, SHOWN_CHANNELS } from './broadcast-preview.ts'
import type { Say } from './village-words.ts'

/** In the order of the table; each with the states or marks that it sums. */
const COLUMNS = {
  people: null,
  waiting: ['waiting', 'sending'],
  sent: ['sent', 'confirmed'],
  confirmed: ['confirmed'],
  read: ['read'],
  tapped: ['tapped'],
  understood: ['understood'],
  replied: ['replied'],
  refused: ['refused'],
  uncertain: ['uncertain'],
  stopped: ['stopped'],
  expired: ['expired', 'cancelled'],
  visit: ['visit', 'unreachable'],
  visited: ['visited'],
} as const
type Column = keyof typeof COLUMNS
const NO_STATES: readonly string[] = ['read', 'tapped', 'replied', 'understood', 'cost']
/** Channels that tell of neither arrival nor reading: an empty cell there is not a zero. */
const SILENT: Record<string, readonly Column[]> = { telegram: ['confirmed', 'read'], web: [] }
/** The parts of a channel's bar: together they are everybody of it. */
const BAR = ['sent', 'waiting', 'uncertain', 'refused', 'stopped', 'expired', 'visit', 'visited'] as const
/** State to list the people of a column by. */
const LISTED: Partial<Record<Column, string>> = {
  refused: 'refused',
  uncertain: 'uncertain',
  stopped: 'stopped',
  visit: 'visit',
  visited: 'visited',
}

const WIDTH = 100

export function numbersOf(say: Say, progress: Progress) {
  const order: readonly string[] = SHOWN_CHANNELS
  const channels = Object.keys(progress.byChannel).sort((one, other) => order.indexOf(one) - order.indexOf(other))
  const names = Object.keys(COLUMNS) as Column[]
  const most = Math.max(1, ...channels.map((channel) => amountOf('people', progress.byChannel[channel] ?? {})))
  const row = (name: string, counts: Record<string, number>, silent: readonly Column[]) => ({
    name,
    cells: names.map((column) => {
      const value = amountOf(column, counts)
      const isSilent = value === 0 && silent.includes(column)
      return { column, label: say(`column.${column}`), words: isSilent ? '—' : formatNumber(value), value, isSilent }
    }),
    cost: costWords(say, counts.cost ?? 0, 0),
  })
  return {
    columns: names.map((id) => ({ id, label: say(`column.${id}`), hint: say(`columnHint.${id}`) })),
    rows: channels.map((channel) =>
      row(say(`channel.${channel}`), progress.byChannel[channel] ?? {}, SILENT[channel] ?? []),
    ),
    total: row(say('allChannels'), progress.total, []),
    legend: BAR.map((part) => ({ part, label: say(`column.${part}`) })),
    bars: channels.map((channel) => {
      const counts = progress.byChannel[channel] ?? {}
      let x = 0
      return {
        name: say(`channel.${channel}`),
        parts: BAR.flatMap((part) => {
          const value = amountOf(part, counts)
          if (value === 0) return []
          const width = (value / most) * WIDTH
          const at = x
          x += width
          const words = `${say(`column.${part}`)}: ${formatNumber(value)}`
          return [{ part, x: at.toFixed(2), width: Math.max(0.3, width).toFixed(2), words }]
        }),
        people: formatNumber(amountOf('people', counts)),
      }
    }),
    lists: names.flatMap((column) => {
      const state = LISTED[column]
      const value = amountOf(column, progress.total)
      return state === undefined || value === 0
        ? []
        : [{ state, label: say(`column.${column}`), count: formatNumber(value) }]
    }),
    uncertain: progress.total.uncertain ?? 0,
    visits: progress.total.visit ?? 0,
    visited: progress.total.visited ?? 0,
  }
}

/** How far it is, and how long it takes yet. */
export function progressOf(say: Say, { status, pausedReason }: Broadcast, progress: Progress) {
  const values = { done: formatNumber(progress.settled), all: formatNumber(progress.all) }
  const left =
    status !== 'sending' || progress.all === progress.settled
      ? ''
      : progress.secondsLeft === null
        ? say('progress.noPace')
        : say('progress.left', { span: durationWords(say, progress.secondsLeft) })
  return {
    isRunning: status === 'sending' || status === 'freezing' || status === 'scheduled',
    settled: progress.settled,
    all: progress.all,
    percent: progress.all === 0 ? 0 : Math.floor((progress.settled / progress.all) * 100),
    words: status === 'freezing' ? say('progress.freezing', values) : say('progress.done', values),
    left,
    paused: status === 'paused' ? (pausedReason ?? '') : '',
  }
}

function amountOf(column: Column, counts: Record<string, number>): number {
  const parts: readonly string[] | null = COLUMNS[column]
  return Object.entries(counts)
    .filter(([what]) => (parts === null ? !NO_STATES.includes(what) : parts.includes(what)))
    .reduce((sum, [, count]) => sum + count, 0)
}

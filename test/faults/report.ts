import type { Verdict } from './judge.ts'

/** One table at the end of a run, for a person to look at. */
export function report(title: string, verdict: Verdict, more: Record<string, number | string>): void {
  const { refused, ...counts } = verdict
  const reasons = Object.entries(refused).map(([reason, count]) => `${count} × ${reason}`)
  const rows: [string, string][] = [
    ['sent in', String(counts.sentIn)],
    ['accepted', String(counts.accepted)],
    ['took effect', String(counts.tookEffect)],
    ['lost', String(counts.lost)],
    ['doubled', String(counts.doubled)],
    ['out of order', String(counts.outOfOrder)],
    ['answers', String(counts.answers)],
    ['people short of answers', String(counts.shortOfAnswers)],
    ['still waiting', String(counts.waiting)],
    ['refused by the channel', reasons.length === 0 ? '0' : reasons.join(', ')],
    ['repeated messages', String(counts.repeated)],
    ...Object.entries(more).map(([name, value]): [string, string] => [name, String(value)]),
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  console.log([title, ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)].join('\n'))
}

/**
 * Durable chat updates per second of one process, and how soon an answer is there, against a bare bot on the same
 * libraries. The measured server has one core for itself; load, Bot API and PostgreSQL share another.
 */
import { closedLoop, type Measured, openLoop } from './chat/load.ts'
import { canPin, median, percentile, SIDES, type Side, startServers } from './chat/servers.ts'

const SECONDS = Number(process.env.BENCH_SECONDS ?? 8)
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3)
const WARM_UP_SECONDS = 3
const PEOPLE = 64

async function main(): Promise<void> {
  const { botApi, addresses, analyze, stop } = await startServers({ processes: 1, isPinned: canPin })
  const load = (side: Side, seconds: number) => ({ addresses: addresses[side], botApi, seconds })
  try {
    const runs = { baseline: [] as Measured[], product: [] as Measured[] }
    for (const side of SIDES) await closedLoop(load(side, WARM_UP_SECONDS), PEOPLE)
    await analyze()
    for (let round = 0; round < ROUNDS; round++) {
      for (const side of SIDES) runs[side].push(await closedLoop(load(side, SECONDS), PEOPLE))
    }
    const half = median(runs.product.map((run) => run.updatesPerSecond)) / 2
    const atHalf = {} as Record<Side, Measured>
    for (const side of SIDES) atHalf[side] = await openLoop(load(side, SECONDS), half)
    print(runs, half, atHalf)
  } finally {
    await stop()
  }
}

function print(runs: Record<Side, Measured[]>, half: number, atHalf: Record<Side, Measured>): void {
  const rate = (side: Side) => median(runs[side].map((run) => run.updatesPerSecond))
  const all = (side: Side) => runs[side].map((run) => Math.round(run.updatesPerSecond)).join(', ')
  const messages = (side: Side) => median(runs[side].map((run) => run.messagesPerUpdate)).toFixed(2)
  const row = (name: string, of: (side: Side) => number, goal: string) =>
    `| ${name} | ${of('baseline').toFixed(1)} | ${of('product').toFixed(1)} | ${(of('product') / of('baseline')).toFixed(2)} | ${goal} |`
  const lines = [
    '## Chat: durable updates per second, and how soon people are answered',
    '',
    `Baseline: grammY, fastify and one durable transaction pipelined on postgres.js, no bot logic. ${PEOPLE} people at once, each`,
    `waits for the answer; ${ROUNDS} rounds of ${SECONDS} s in turn, median. ${canPin ? 'The server alone on one core; load, Bot API and PostgreSQL on another.' : 'Nothing pinned to a core.'}`,
    '',
    '| | baseline | product | ratio | goal |',
    '| --- | --- | --- | --- | --- |',
    row('updates/s, answered', rate, '≥ 0.6'),
    row(`webhook answer p50 at ${Math.round(half)}/s, ms`, (side) => percentile(atHalf[side].answerMs, 0.5), ''),
    row(`webhook answer p99 at ${Math.round(half)}/s, ms`, (side) => percentile(atHalf[side].answerMs, 0.99), '≤ 2'),
    row(`reply p50 at ${Math.round(half)}/s, ms`, (side) => percentile(atHalf[side].replyMs, 0.5), ''),
    row(`reply p99 at ${Math.round(half)}/s, ms`, (side) => percentile(atHalf[side].replyMs, 0.99), '≤ 2'),
    '',
    `Rounds: baseline ${all('baseline')}; product ${all('product')}. Messages per update: ${messages('baseline')} and ${messages('product')}.`,
  ]
  process.stdout.write(`${lines.join('\n')}\n\n`)
}

await main()

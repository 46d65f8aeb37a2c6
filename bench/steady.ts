/**
 * An ordinary busy hour: 50 updates a second for a minute, on two processes that share one database, beside two processes
 * of the bare baseline. All of it shares the cores of the machine.
 */
import { type Measured, openLoop } from './chat/load.ts'
import { percentile, SIDES, type Side, startServers } from './chat/servers.ts'

const SECONDS = Number(process.env.BENCH_SECONDS ?? 60)
const PER_SECOND = 50
const WARM_UP_SECONDS = 3
const PROCESSES = 2

async function main(): Promise<void> {
  const { botApi, addresses, analyze, stop } = await startServers({ processes: PROCESSES, isPinned: false })
  const load = (side: Side, seconds: number) => ({ addresses: addresses[side], botApi, seconds })
  try {
    for (const side of SIDES) await openLoop(load(side, WARM_UP_SECONDS), 4 * PER_SECOND)
    await analyze()
    const measured = {} as Record<Side, Measured>
    for (const side of SIDES) measured[side] = await openLoop(load(side, SECONDS), PER_SECOND)
    print(measured)
  } finally {
    await stop()
  }
}

function print(measured: Record<Side, Measured>): void {
  const row = (name: string, times: 'answerMs' | 'replyMs', share: number) => {
    const of = (side: Side) => percentile(measured[side][times], share)
    return `| ${name} | ${of('baseline').toFixed(1)} | ${of('product').toFixed(1)} | ${(of('product') / of('baseline')).toFixed(2)} |`
  }
  const lines = [
    `## Chat: ${PER_SECOND} updates a second for ${SECONDS} s on ${PROCESSES} processes`,
    '',
    'Baseline: two processes with grammY, fastify and one durable transaction, no bot logic. Updates go to the two in turn.',
    `All were answered: ${measured.baseline.replyMs.length} and ${measured.product.replyMs.length} updates.`,
    '',
    '| milliseconds | baseline | product | ratio |',
    '| --- | --- | --- | --- |',
    row('webhook answer p50', 'answerMs', 0.5),
    row('webhook answer p99', 'answerMs', 0.99),
    row('reply p50', 'replyMs', 0.5),
    row('reply p99', 'replyMs', 0.99),
  ]
  process.stdout.write(`${lines.join('\n')}\n\n`)
}

await main()

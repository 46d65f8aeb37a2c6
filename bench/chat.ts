/**
 * Durable chat updates per second of one process, and how soon an answer is there, against a bare bot on the same
 * libraries. The measured server has one core for itself; load, Bot API and PostgreSQL share another.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '../src/db/client.ts'
import { startEmbedded } from '../src/db/embedded.ts'
import { closedLoop, type InstantBotApi, type Measured, openLoop, startInstantBotApi } from './chat/load.ts'
import { SECRET, TOKEN } from './chat/settings.ts'

const SECONDS = Number(process.env.BENCH_SECONDS ?? 8)
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3)
const WARM_UP_SECONDS = 3
const PEOPLE = 64
const SIDES = ['baseline', 'product'] as const
type Side = (typeof SIDES)[number]

const canPin = availableParallelism() > 1 && spawnSync('taskset', ['-V']).status === 0
const quiet = { info() {}, warn() {}, debug() {} }

async function main(): Promise<void> {
  if (canPin) spawnSync('taskset', ['-acp', '1', String(process.pid)])
  const dataDir = mkdtempSync(join(tmpdir(), 'cau-noi-bench-'))
  const database = await startEmbedded({ dataDir, log: quiet, tcp: true })
  const botApi = await startInstantBotApi()
  const servers: ChildProcess[] = []
  try {
    const addresses = {} as Record<Side, string>
    for (const side of SIDES) addresses[side] = await start(side, database.url, botApi, servers)
    const runs = { baseline: [] as Measured[], product: [] as Measured[] }
    for (const side of SIDES) await closedLoop({ address: addresses[side], botApi, seconds: WARM_UP_SECONDS }, PEOPLE)
    // As in a database that has been in use for more than a minute.
    for (const side of SIDES) await analyze(database.url, side)
    for (let round = 0; round < ROUNDS; round++) {
      for (const side of SIDES) {
        runs[side].push(await closedLoop({ address: addresses[side], botApi, seconds: SECONDS }, PEOPLE))
      }
    }
    const half = median(runs.product.map((run) => run.updatesPerSecond)) / 2
    const atHalf = {} as Record<Side, Measured>
    for (const side of SIDES)
      atHalf[side] = await openLoop({ address: addresses[side], botApi, seconds: SECONDS }, half)
    print(runs, half, atHalf)
  } finally {
    for (const server of servers) server.kill('SIGKILL')
    botApi.close()
    await database.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function start(side: Side, serverUrl: string, botApi: InstantBotApi, servers: ChildProcess[]): Promise<string> {
  const admin = connect({ url: serverUrl, max: 1 })
  await admin.unsafe(`create database ${side}`)
  await admin.end()
  const url = new URL(serverUrl)
  url.pathname = `/${side}`
  const settings = JSON.stringify({ databaseUrl: url.href, apiRoot: botApi.apiRoot, token: TOKEN, secret: SECRET })
  const node = [process.execPath, join(import.meta.dirname, `chat/${side}-server.ts`), settings]
  const [command = '', ...parts] = canPin ? ['taskset', '-c', '0', ...node] : node
  const server = spawn(command, parts, { stdio: ['ignore', 'pipe', 'inherit'] })
  servers.push(server)
  const ended = once(server, 'exit').then(() => Promise.reject(new Error(`the ${side} did not start`)))
  const [line] = (await Promise.race([once(server.stdout, 'data'), ended])) as [Buffer]
  ended.catch(() => {})
  return /listening (\S+)/.exec(line.toString())?.[1] ?? ''
}

async function analyze(serverUrl: string, side: Side): Promise<void> {
  const url = new URL(serverUrl)
  url.pathname = `/${side}`
  const sql = connect({ url: url.href, max: 1 })
  await sql`analyze`
  await sql.end()
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

function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

await main()

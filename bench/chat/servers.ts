/** The servers that a bench compares: each side has a database of its own, and as many processes as are asked for. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '../../src/db/client.ts'
import { startEmbedded } from '../../src/db/embedded.ts'
import { type InstantBotApi, startInstantBotApi } from './load.ts'
import { SECRET, TOKEN } from './settings.ts'

export const SIDES = ['baseline', 'product'] as const
export type Side = (typeof SIDES)[number]

export const canPin = availableParallelism() > 1 && spawnSync('taskset', ['-V']).status === 0
const quiet = { info() {}, warn() {}, debug() {} }

export interface Servers {
  botApi: InstantBotApi
  addresses: Record<Side, string[]>
  /** Statistics as in a database that has been in use for more than a minute. */
  analyze(): Promise<void>
  stop(): Promise<void>
}

/**
 * Starts so many processes of each side, a Bot API and PostgreSQL. `isPinned`: the measured processes have one core, all
 * else the other.
 */
export async function startServers({
  processes,
  isPinned,
}: {
  processes: number
  isPinned: boolean
}): Promise<Servers> {
  if (isPinned) spawnSync('taskset', ['-acp', '1', String(process.pid)])
  const dataDir = mkdtempSync(join(tmpdir(), 'cau-noi-bench-'))
  const database = await startEmbedded({ dataDir, log: quiet, tcp: true })
  const botApi = await startInstantBotApi()
  const running: ChildProcess[] = []
  const stop = async () => {
    for (const server of running) server.kill('SIGKILL')
    botApi.close()
    await database.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
  const urlOf = (side: Side) => {
    const url = new URL(database.url)
    url.pathname = `/${side}`
    return url.href
  }
  const onDatabase = async (url: string, statement: string) => {
    const sql = connect({ url, max: 1 })
    await sql.unsafe(statement)
    await sql.end()
  }
  try {
    const addresses: Servers['addresses'] = { baseline: [], product: [] }
    for (const side of SIDES) {
      await onDatabase(database.url, `create database ${side}`)
      for (let count = 0; count < processes; count++) {
        const server = { side, databaseUrl: urlOf(side), apiRoot: botApi.apiRoot, isPinned }
        addresses[side].push(await startServer(server, running))
      }
    }
    const analyze = async () => {
      for (const side of SIDES) await onDatabase(urlOf(side), 'analyze')
    }
    return { botApi, addresses, analyze, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

interface Wanted {
  side: Side
  databaseUrl: string
  apiRoot: string
  isPinned: boolean
}

async function startServer({ side, databaseUrl, apiRoot, isPinned }: Wanted, running: ChildProcess[]): Promise<string> {
  const settings = JSON.stringify({ databaseUrl, apiRoot, token: TOKEN, secret: SECRET })
  const node = [process.execPath, join(import.meta.dirname, `${side}-server.ts`), settings]
  const [command = '', ...parts] = isPinned ? ['taskset', '-c', '0', ...node] : node
  const server = spawn(command, parts, { stdio: ['ignore', 'pipe', 'inherit'] })
  running.push(server)
  const ended = once(server, 'exit').then(() => Promise.reject(new Error(`the ${side} did not start`)))
  const [line] = (await Promise.race([once(server.stdout, 'data'), ended])) as [Buffer]
  ended.catch(() => {})
  return /listening (\S+)/.exec(line.toString())?.[1] ?? ''
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

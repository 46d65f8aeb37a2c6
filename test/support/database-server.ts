import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { connect } from '../../src/db/client.ts'
import { startEmbedded } from '../../src/db/embedded.ts'
import { processState } from '../../src/db/embedded-owner.ts'
import { migrate } from '../../src/db/migrate.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Of the throw-away server of this run; its database is the one that may create others. */
    databaseServerUrl: string
  }
}

export const TEMPLATE = 'template_migrated'

const PREFIX = 'cau-noi-test-'

/** One server for the whole run, in memory where there is such a folder, with one migrated database to clone. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
  sweepDeadRuns(parent)
  const dataDir = mkdtempSync(join(parent, `${PREFIX}${process.pid}-`))
  const quiet = { info() {}, warn() {}, debug() {} }
  const server = await startEmbedded({ dataDir, log: quiet, durable: false, maxConnections: 200 })
  await makeTemplate(server.url)
  project.provide('databaseServerUrl', server.url)
  return async () => {
    await server.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function makeTemplate(serverUrl: string): Promise<void> {
  const admin = connect({ url: serverUrl, max: 1 })
  await admin.unsafe(`create database ${TEMPLATE}`)
  await admin.end()
  const template = connect({ url: databaseUrl(serverUrl, TEMPLATE), max: 1 })
  await migrate(template)
  await template.end()
}

export function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}

function sweepDeadRuns(parent: string): void {
  for (const entry of readdirSync(parent)) {
    const pid = entry.startsWith(PREFIX) ? Number.parseInt(entry.slice(PREFIX.length), 10) : Number.NaN
    if (Number.isNaN(pid) || processState(pid) === 'running') continue
    rmSync(join(parent, entry), { recursive: true, force: true })
  }
}

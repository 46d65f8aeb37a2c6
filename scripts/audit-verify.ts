/**
 * `npm run audit:verify`: reckons the chain of the audit log anew, also while the service runs. Ends with 0 when it is
 * sound, with 1 and the first broken line when it is not, with 2 when it could not be looked at.
 */
import { verifyAudit } from '../src/audit/verify.ts'
import { readConfig } from '../src/config.ts'
import { connect, type Sql } from '../src/db/client.ts'
import { startEmbedded } from '../src/db/embedded.ts'
import { DataDirInUse } from '../src/db/embedded-errors.ts'
import { hasDatabase, runningUrl } from '../src/db/embedded-running.ts'
import { createLog } from '../src/log.ts'

const SAID_EVERY = 100_000

async function open(): Promise<{ url: string; close: () => Promise<void> }> {
  const { databaseUrl, dataDir } = readConfig()
  if (databaseUrl !== undefined) return { url: databaseUrl, close: async () => {} }
  if (!hasDatabase(dataDir)) throw new Error(`There is no database in ${dataDir}`)
  try {
    const embedded = await startEmbedded({ dataDir, log: createLog('warn') })
    return { url: embedded.url, close: () => embedded.stop() }
  } catch (error) {
    const url = error instanceof DataDirInUse ? runningUrl(dataDir) : null
    if (url === null) throw error
    return { url, close: async () => {} }
  }
}

async function verify(sql: Sql): Promise<number> {
  let said = 0
  const found = await verifyAudit(sql, (count) => {
    if (count - said < SAID_EVERY) return
    said = count
    process.stderr.write(`${count} lines …\n`)
  })
  if (found.kind === 'sound') {
    process.stdout.write(`The audit log is sound: ${found.count} lines, head ${found.head}\n`)
    return 0
  }
  const which = `line ${found.seq} (audit.id ${found.auditId ?? 'unknown'})`
  process.stdout.write(`The audit log is BROKEN at ${which}: ${found.what}\n`)
  return 1
}

try {
  const { url, close } = await open()
  const sql = connect({ url, max: 1, statementTimeoutSeconds: 0 })
  try {
    process.exitCode = await verify(sql)
  } finally {
    await sql.end()
    await close()
  }
} catch (error) {
  process.stderr.write(
    `The audit log could not be looked at: ${error instanceof Error ? error.message : String(error)}\n`,
  )
  process.exitCode = 2
}

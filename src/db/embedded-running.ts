import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { USER } from './embedded-cluster.ts'

/** Whether a database of our own was ever made in the folder. */
export function hasDatabase(dataDir: string): boolean {
  return existsSync(join(dataDir, 'postgres', 'PG_VERSION'))
}

/**
 * Where the database answers that another process of this product runs in the folder; null when none does. For programs
 * that only look: whoever works with it starts it and owns it.
 */
export function runningUrl(dataDir: string): string | null {
  const file = join(dataDir, 'postgres', 'postmaster.pid')
  if (!existsSync(file)) return null
  // PostgreSQL writes: process, folder, start, port, socket folder, …
  const [, , , port, socketFolder] = readFileSync(file, 'utf8').split('\n')
  if (!port || !socketFolder) return null
  return `postgres://${USER}@localhost:${port}/postgres?host=${encodeURIComponent(socketFolder)}`
}

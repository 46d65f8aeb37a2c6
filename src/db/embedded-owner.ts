import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readlinkSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/*
 * Who uses a data folder. PostgreSQL's own lock file decides; what stands here tells a live owner, who is to be named
 * and left alone, from the remains of a dead one, on which PostgreSQL would give up although nobody is there.
 */

const OWNER_FILE = 'owner'

export type Process = 'running' | 'zombie' | 'gone'

/** Says that this process owns the folder. Called once the database runs, that is with PostgreSQL's lock in hand. */
export function writeOwner(dataDir: string): void {
  writeFileSync(join(dataDir, OWNER_FILE), `${process.pid} ${startOf(process.pid)}\n`)
}

export function removeOwner(dataDir: string): void {
  rmSync(join(dataDir, OWNER_FILE), { force: true })
}

/** The process that wrote itself down as the owner, if it is still the same one and alive. */
export function liveOwner(dataDir: string): number | undefined {
  const [pid, start] = (readIfThere(join(dataDir, OWNER_FILE)) ?? '').trim().split(/ (.*)/)
  // A number alone is not enough: after a restart of a container the first process is number 1 again.
  return pid && processState(Number(pid)) === 'running' && startOf(Number(pid)) === start ? Number(pid) : undefined
}

export type Lock =
  | { kind: 'free' }
  /** A server that runs on this folder. */
  | { kind: 'held'; pid: number }
  /** Names a process that is dead, or another program with the number of a dead one. */
  | { kind: 'stale'; pid: number }

export function readLock(clusterFolder: string): Lock {
  const pid = Number.parseInt(readIfThere(join(clusterFolder, 'postmaster.pid')) ?? '', 10)
  if (Number.isNaN(pid)) return { kind: 'free' }
  return { kind: processState(pid) === 'running' && isServerOf(clusterFolder, pid) ? 'held' : 'stale', pid }
}

export function isReady(clusterFolder: string, pid: number): boolean {
  const lines = (readIfThere(join(clusterFolder, 'postmaster.pid')) ?? '').split('\n')
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready'
}

export function processState(pid: number): Process {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return 'gone'
  }
  return /^[ZX]/.test(statOf(pid)?.[0] ?? ask(pid, 'stat')) ? 'zombie' : 'running'
}

function isServerOf(clusterFolder: string, pid: number): boolean {
  if (!existsSync('/proc/self')) return basename(ask(pid, 'comm')) === 'postgres'
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(clusterFolder)
  } catch {
    // Not ours to look at, or just gone: let PostgreSQL decide.
    return true
  }
}

/** Something that differs between two processes that had the same number. */
function startOf(pid: number): string {
  return statOf(pid)?.[19] ?? ask(pid, 'lstart')
}

/** Fields of `/proc/<pid>/stat` from the state on; the name before it may hold blanks and brackets. */
function statOf(pid: number): string[] | undefined {
  return readIfThere(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, '')
    .trim()
    .split(' ')
}

function ask(pid: number, field: string): string {
  return spawnSync('ps', ['-o', `${field}=`, '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() ?? ''
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

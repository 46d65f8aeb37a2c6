import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** As whom the database runs: PostgreSQL refuses to be root. */
export interface Account {
  /** Put before the command. */
  prefix: readonly string[]
  /** Options for `spawn`. */
  identity: { uid?: number; gid?: number }
  /** The owner of its files, seen from here. */
  fileOwner: { uid: number; gid: number }
}

/**
 * Not root: as we are. Root: a user namespace of its own, because files stay ours and no folder above them needs to be
 * open to others; where the system forbids that, the account `postgres` or `nobody`. Undefined: nothing works here.
 */
export function chooseAccount(binary: string): Account | undefined {
  const uid = process.getuid?.() ?? 0
  const gid = process.getgid?.() ?? 0
  return candidates(uid, gid).find((account) => canRun(account, binary))
}

function candidates(uid: number, gid: number): Account[] {
  if (uid !== 0) return [{ prefix: [], identity: {}, fileOwner: { uid, gid } }]
  const others = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter(([name]) => name === 'postgres' || name === 'nobody')
    .sort(([left]) => (left === 'postgres' ? -1 : 1))
    .map(([, , user, group]) => ({ uid: Number(user), gid: Number(group) }))
  return [
    { prefix: ['unshare', '--user', '--map-user=1000', '--'], identity: {}, fileOwner: { uid, gid } },
    ...others.map((identity) => ({ prefix: [], identity, fileOwner: identity })),
  ]
}

function canRun(account: Account, binary: string): boolean {
  const [command, ...rest] = [...account.prefix, binary, '--version']
  if (command === undefined) return false
  return spawnSync(command, rest, { ...account.identity, stdio: 'ignore', cwd: '/' }).status === 0
}

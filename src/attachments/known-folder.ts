import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sql } from '../db/client.ts'
import { InvalidConfiguration } from '../errors.ts'

const MARK = 'folder.id'
const LOCK = 7_310_442

/**
 * Several processes on one database need one folder. Each folder bears an id, and the database knows the one it keeps its
 * files in: a process with another one, which would not find them, is refused at its start.
 */
export async function checkFolder(sql: Sql, folder: string): Promise<void> {
  const id = await markOf(folder)
  await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${LOCK})`
    const [known] = await tx<{ id: string }[]>`select id from attachment_folder`
    if (known?.id === id) return
    if (known !== undefined) throw new InvalidConfiguration([fault(folder, known.id)])
    await tx`insert into attachment_folder (id) values (${id})`
  })
}

function fault(folder: string, id: string) {
  return {
    where: 'DATA_DIR',
    what:
      `${folder} is not the folder in which this database keeps its attachments: give all processes one shared ` +
      `DATA_DIR, or set ATTACHMENTS_S3_URL and its like. If that folder is lost or was copied without its ${MARK}, ` +
      `write ${id} into ${join(folder, MARK)}`,
  }
}

async function markOf(folder: string): Promise<string> {
  const file = join(folder, MARK)
  const read = async () => {
    const mark = await readFile(file, 'utf8').catch(() => '')
    return /^[0-9a-f-]{36}$/.test(mark.trim()) ? mark.trim() : null
  }
  const known = await read()
  if (known !== null) return known
  const beside = `${file}.${process.pid}`
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(beside, `${randomUUID()}\n`, { mode: 0o600, flush: true })
  } catch {
    throw new InvalidConfiguration([
      {
        where: 'DATA_DIR',
        what: `${folder} cannot be written: it keeps the attachments, unless ATTACHMENTS_S3_* are set`,
      },
    ])
  }
  // Unlike a rename, a link never replaces the mark of a process that was faster.
  await link(beside, file).catch(() => {})
  await rm(beside)
  const made = await read()
  if (made === null) throw new InvalidConfiguration([{ where: file, what: 'must hold an id; remove it' }])
  return made
}

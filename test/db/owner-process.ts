import { connect } from '../../src/db/client.ts'
import { startEmbedded } from '../../src/db/embedded.ts'

/*
 * A process that owns a data folder, for the tests that kill it. It says `ready`, then takes what it is told by line:
 * each line is written to the database and said back once it is stored; `stop` ends it in good order.
 */
const quiet = { info() {}, warn() {}, debug() {} }
const database = await startEmbedded({ dataDir: process.argv[2] ?? '', log: quiet })
const sql = connect({ url: database.url, max: 1 })
await sql`create table if not exists words (word text)`
process.stdout.write(`ready ${database.pid}\n`)
for await (const chunk of process.stdin) {
  const word = String(chunk).trim()
  if (word === 'stop') break
  await sql`insert into words values (${word})`
  process.stdout.write(`stored ${word}\n`)
}
await sql.end()
await database.stop()
process.stdin.destroy()

/**
 * `npm run bench`: runs every bench of this folder in a process of its own, prints its tables and keeps them in
 * `RESULTS.md`. A bench is a file that prints Markdown. Names pick benches, the others keep their last figures:
 * `npm run bench chat`.
 */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { basename, join } from 'node:path'

/** Servers and other parts of a bench stand in folders. */
const files = readdirSync(import.meta.dirname).filter(
  (name) => name.endsWith('.ts') && name !== basename(import.meta.filename),
)
const results = join(import.meta.dirname, 'RESULTS.md')
const wanted = process.argv.slice(2)
const chosen = files.filter((file) => wanted.length === 0 || wanted.includes(basename(file, '.ts')))

async function run(file: string): Promise<string> {
  const child = spawn(process.execPath, [join(import.meta.dirname, file)], { stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString()
    process.stdout.write(chunk)
  })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`${file} ended with ${code}`)
  return printed.trim()
}

/** What was measured last, by bench; each part ends where the next one begins. */
function lastResults(): Map<string, string> {
  const written = existsSync(results) ? readFileSync(results, 'utf8') : ''
  const parts = written.split(/^<!-- bench: (.+) -->$/m).slice(1)
  return new Map(parts.flatMap((part, index) => (index % 2 === 0 ? [[part, (parts[index + 1] ?? '').trim()]] : [])))
}

const sections = lastResults()
for (const file of chosen) {
  const machine = `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`
  sections.set(basename(file, '.ts'), `${await run(file)}\n\nMeasured on ${machine}.`)
}
const kept = files.flatMap((file) => {
  const name = basename(file, '.ts')
  const section = sections.get(name)
  return section === undefined ? [] : [`<!-- bench: ${name} -->\n\n${section}\n`]
})
const head =
  '# Measured side by side\n\nBy `npm run bench`. Ratios count: both sides of each ran in the same minutes on the same machine.\n'
writeFileSync(results, [head, ...kept].join('\n'))

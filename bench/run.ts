/**
 * `npm run bench`: runs every bench of this folder in a process of its own, prints its tables and keeps them in
 * `RESULTS.md`. A bench is a file that prints Markdown; `-` before its name in the arguments leaves it out, a name alone
 * picks it: `npm run bench chat`.
 */
import { spawn } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { basename, join } from 'node:path'

/** Servers and other parts of a bench stand in folders. */
const files = readdirSync(import.meta.dirname).filter(
  (name) => name.endsWith('.ts') && name !== basename(import.meta.filename),
)
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

const sections: string[] = []
for (const file of chosen) sections.push(await run(file))
const machine = `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`
const head = `# Measured side by side\n\n\`npm run bench\` on ${machine}. Ratios count: both sides of each ran in the same minutes on the same machine.\n`
if (wanted.length === 0) writeFileSync(join(import.meta.dirname, 'RESULTS.md'), `${[head, ...sections].join('\n')}\n`)

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const FILE = 'fakes.json'

const keptSchema = z.object({
  clockOffsetSeconds: z.int().default(0),
  zalo: z.object({ refreshToken: z.string(), accessToken: z.string() }).nullable().default(null),
})

/** What the fakes have to know again when they meet a database that they met before. */
export type Kept = z.infer<typeof keptSchema>

/** A database that has seen a later day is not taken back in time, and its tokens go on being good. */
export function readKept(dataDir: string): Kept {
  try {
    return keptSchema.parse(JSON.parse(readFileSync(join(dataDir, FILE), 'utf8')))
  } catch {
    return keptSchema.parse({})
  }
}

export function writeKept(dataDir: string, kept: Kept): void {
  writeFileSync(join(dataDir, FILE), `${JSON.stringify(kept)}\n`, { mode: 0o600 })
}

import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import type { Fault } from '../errors.ts'

/**
 * Reads one YAML file of `flows/` through its schema. Never throws for what the file holds: every fault comes back with
 * file and line.
 */
export function readYaml<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): { value: z.output<Schema> } | { faults: Fault[] } {
  const name = relative(process.cwd(), file)
  const lines = new LineCounter()
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines, prettyErrors: false })
  if (document.errors.length > 0) {
    return {
      faults: document.errors.map((error) => ({
        where: `${name}:${lines.linePos(error.pos[0]).line}`,
        what: error.message,
      })),
    }
  }
  const parsed = schema.safeParse(document.toJS())
  if (parsed.success) return { value: parsed.data }
  return {
    faults: parsed.error.issues.map((issue) => ({
      where: `${name}:${lineOf(document, lines, issue.path)}`,
      what: `${issue.path.join('.') || 'file'}: ${issue.message}`,
    })),
  }
}

type Document = ReturnType<typeof parseDocument>

/** Line of the innermost node on the path that exists. */
function lineOf(document: Document, lines: LineCounter, path: PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth) as string[], true)
    if (node && typeof node === 'object' && 'range' in node && Array.isArray(node.range)) {
      return lines.linePos(node.range[0]).line
    }
  }
  return 1
}

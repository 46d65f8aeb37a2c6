import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from './support/definitions.ts'

/** Leaves and `db` may be used by all; a folder may always import itself. Types count as imports. */
const MAY_IMPORT: Record<string, readonly string[] | 'everything'> = {
  messaging: [],
  understanding: ['definitions'],
  eligibility: ['definitions'],
  territory: ['definitions'],
  http: [],
  definitions: 'everything',
  'channels/telegram': ['messaging', 'http', 'channels'],
  'channels/web': ['messaging', 'http'],
  'channels/zalo': ['messaging', 'channels'],
  channels: [],
  outbox: ['messaging'],
  officers: ['territory'],
  desk: ['messaging', 'outbox', 'territory', 'officers', 'definitions'],
  profile: ['eligibility'],
  accounts: ['messaging', 'profile', 'desk'],
  knowledge: ['eligibility'],
  'village-list': ['eligibility', 'officers'],
  requests: ['messaging', 'desk', 'territory', 'definitions'],
  conversation: [
    'messaging',
    'understanding',
    'eligibility',
    'territory',
    'profile',
    'accounts',
    'knowledge',
    'requests',
    'desk',
    'outbox',
    'definitions',
  ],
  api: ['messaging', 'understanding', 'eligibility', 'territory', 'requests', 'desk', 'outbox', 'officers', 'http'],
  console: [
    'village-list',
    'messaging',
    'accounts',
    'understanding',
    'eligibility',
    'territory',
    'requests',
    'desk',
    'outbox',
    'officers',
    'http',
    'api',
  ],
}
const FOR_ALL = ['', 'db']

function folderOf(file: string): string {
  const folder = dirname(relative(join(ROOT, 'src'), file))
  if (folder === '.') return ''
  const [first, second] = folder.split('/')
  return first === 'channels' && second !== undefined ? `channels/${second}` : (first ?? '')
}

/** `folder → folder` for every import that the table does not allow, with the file. */
function breaches(files: readonly string[]): string[] {
  return files.flatMap((file) => {
    const from = folderOf(file)
    const allowed = MAY_IMPORT[from]
    if (from === '' || from === 'db' || allowed === 'everything') return []
    return [...readFileSync(file, 'utf8').matchAll(/from '(\.[^']+)'/g)].flatMap((match) => {
      const to = folderOf(join(dirname(file), match[1] ?? ''))
      const fine =
        to === from ||
        FOR_ALL.includes(to) ||
        (allowed ?? []).includes(to) ||
        (to === 'definitions' && match[1]?.endsWith('read-yaml.ts'))
      return fine ? [] : [`${relative(ROOT, file)}: ${from} → ${to}`]
    })
  })
}

describe('The import table', () => {
  it('is kept by every file', () => {
    const files = globSync('src/**/*.ts', { cwd: ROOT }).map((file) => join(ROOT, file))

    const found = breaches(files)

    expect(files.length).toBeGreaterThan(100)
    expect(found).toEqual([])
  })
})

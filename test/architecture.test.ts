import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from './support/definitions.ts'

/** Leaves and `db` may be used by all; a folder may always import itself. Types count as imports. */
const MAY_IMPORT: Record<string, readonly string[] | 'everything'> = {
  messaging: [],
  attachments: ['messaging'],
  understanding: ['definitions'],
  eligibility: ['definitions'],
  territory: ['definitions'],
  http: [],
  definitions: 'everything',
  'channels/telegram': ['messaging', 'http', 'channels'],
  'channels/web': ['messaging', 'attachments', 'http'],
  'channels/zalo': ['messaging', 'channels'],
  channels: ['messaging', 'outbox'],
  outbox: ['messaging'],
  audit: [],
  officers: ['territory'],
  notices: ['officers'],
  openings: ['officers', 'territory', 'spreadsheet'],
  desk: ['openings', 'messaging', 'attachments', 'outbox', 'territory', 'officers', 'notices', 'definitions'],
  profile: ['eligibility'],
  accounts: ['messaging', 'attachments', 'profile', 'desk', 'broadcasts'],
  broadcasts: [
    'messaging',
    'outbox',
    'attachments',
    'profile',
    'register',
    'eligibility',
    'knowledge',
    'territory',
    'officers',
    'audit',
    'desk',
    'definitions',
  ],
  knowledge: ['eligibility'],
  spreadsheet: [],
  templates: ['eligibility', 'knowledge', 'definitions'],
  presence: [],
  'village-list': ['spreadsheet', 'eligibility', 'officers'],
  register: [
    'messaging',
    'eligibility',
    'territory',
    'officers',
    'audit',
    'profile',
    'desk',
    'spreadsheet',
    'village-list',
  ],
  reports: ['desk', 'officers', 'territory', 'register', 'definitions'],
  requests: ['messaging', 'desk', 'territory', 'definitions'],
  'officer-chat': ['messaging', 'attachments', 'understanding', 'territory', 'outbox', 'officers', 'notices', 'desk'],
  conversation: [
    'broadcasts',
    'officer-chat',
    'openings',
    'messaging',
    'understanding',
    'eligibility',
    'territory',
    'profile',
    'accounts',
    'register',
    'knowledge',
    'requests',
    'desk',
    'outbox',
    'definitions',
  ],
  api: [
    'broadcasts',
    'messaging',
    'attachments',
    'understanding',
    'eligibility',
    'territory',
    'requests',
    'desk',
    'outbox',
    'officers',
    'http',
    'reports',
    'spreadsheet',
  ],
  console: [
    'broadcasts',
    'officer-chat',
    'openings',
    'reports',
    'knowledge',
    'templates',
    'presence',
    'notices',
    'spreadsheet',
    'register',
    'profile',
    'village-list',
    'messaging',
    'attachments',
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
const FOR_ALL = ['', 'db', 'audit']

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

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { VERBS } from '../../src/desk/ticket.ts'
import { LANGUAGES, loadTexts } from '../../src/i18n.ts'
import { ROLES } from '../../src/officers/permissions.ts'
import { ROOT } from '../support/definitions.ts'

const texts = loadTexts(join(ROOT, 'locales'))

/** Words that the product writes into the log, wherever it does. */
function actionsInSource(): string[] {
  return globSync('src/**/*.ts', { cwd: ROOT })
    .map((file) => readFileSync(join(ROOT, file), 'utf8'))
    .filter((source) => source.includes('audit/record.ts'))
    .flatMap((source) => [...source.matchAll(/\baction: '([a-z-]+)'/g)].map((match) => match[1] ?? ''))
}

describe('a line of the audit log', () => {
  it('reads as plain words in every language, whatever was done', () => {
    const actions = [...new Set([...actionsInSource(), ...VERBS.map((verb) => `ticket-${verb}`)])]

    const missing = LANGUAGES.flatMap((language) =>
      actions.filter((action) => !texts.has(language, `audit.action.${action}`)).map((action) => [language, action]),
    )

    expect(actions.length).toBeGreaterThan(30)
    expect(missing).toEqual([])
  })

  it('names roles by their names', () => {
    const missing = LANGUAGES.flatMap((language) => ROLES.filter((role) => !texts.has(language, `admin.role.${role}`)))

    expect(missing).toEqual([])
  })
})

import { cpSync, mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readRequests } from '../../src/requests/read-requests.ts'
import { theRequests } from './requests.ts'

/** What the reader says about the product's own files after one change. */
function faultsAfter(change: (directory: string) => void): string[] {
  const directory = mkdtempSync(join(tmpdir(), 'requests-'))
  try {
    cpSync(join(import.meta.dirname, '../../flows/requests'), directory, { recursive: true })
    change(directory)
    const read = readRequests(directory)
    return 'faults' in read
      ? read.faults.map((fault) => `${fault.where.slice(fault.where.lastIndexOf('/') + 1)}: ${fault.what}`)
      : []
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function edited(file: string, from: string, to: string): (directory: string) => void {
  return (directory) => {
    const path = join(directory, file)
    writeFileSync(path, readFileSync(path, 'utf8').replace(from, to))
  }
}

describe('request files', () => {
  it('ask their own questions first and the common ones, contact and papers, after them', () => {
    const general = theRequests().get('general')

    expect(general?.questions.map((question) => question.id)).toEqual([
      'need',
      'commune',
      'contact_name',
      'contact_phone',
      'papers',
    ])
    expect(general?.questions.map((question) => question.text).slice(0, 2)).toEqual([
      'requests.general.need',
      'requests.common.commune',
    ])
  })

  it('are refused with file and line when a key is misspelt', () => {
    const faults = faultsAfter(edited('general.yaml', 'questions:', 'question:'))

    expect(faults).toHaveLength(2)
    expect(faults[0]).toMatch(/^general\.yaml:\d+: questions/)
  })

  it('are refused when they name a common question that nobody wrote', () => {
    const faults = faultsAfter(edited('general.yaml', 'contact_phone', 'contact_fax'))

    expect(faults).toEqual(['general.yaml: common question contact_fax does not stand in common.yaml'])
  })

  it('are refused when the id is not the name of the file', () => {
    const faults = faultsAfter(edited('general.yaml', 'id: general', 'id: generally'))

    expect(faults).toEqual(["general.yaml: id generally is not the file's name"])
  })

  it('are refused when a request that the talk itself starts is gone', () => {
    const faults = faultsAfter((directory) => unlinkSync(join(directory, 'urgent.yaml')))

    expect(faults).toHaveLength(1)
    expect(faults[0]).toContain('request type urgent is missing')
  })

  it('are refused when the common questions are gone', () => {
    const faults = faultsAfter((directory) => unlinkSync(join(directory, 'common.yaml')))

    expect(faults[0]).toBe('common.yaml: the file is missing')
  })
})

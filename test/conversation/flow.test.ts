import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkFlows, ENGINE_FLOWS, type Flow, readFlows, type Step } from '../../src/conversation/flow.ts'
import { theRequests } from '../requests/requests.ts'

const OWN = join(import.meta.dirname, '../../flows/conversations')
const WAIT: Step = { choose: 'x.ask', options: [{ value: 'again', label: 'x.again', next: 'wait' }] }

/** What the check says about one flow among sound ones. */
function faultsOf(flow: Partial<Flow>): string[] {
  const sound = ENGINE_FLOWS.map((id): [string, Flow] => [id, aFlow({ id })])
  const flows = new Map<string, Flow>([...sound, ['looked_at', aFlow({ id: 'looked_at', ...flow })]])
  return checkFlows(flows, new Set(['legal_aid'])).map((fault) => fault.what)
}

function aFlow(differing: Partial<Flow>): Flow {
  return { id: 'a', version: 1, start: 'wait', moved: {}, steps: { wait: WAIT }, ...differing }
}

function read(file: string, text: string): string[] {
  const directory = mkdtempSync(join(tmpdir(), 'flows-'))
  try {
    writeFileSync(join(directory, file), text)
    const result = readFlows(directory)
    return 'faults' in result ? result.faults.map((fault) => `${fault.where} ${fault.what}`) : []
  } finally {
    rmSync(directory, { recursive: true })
  }
}

describe('the flows of the product', () => {
  it('are sound', () => {
    const flows = readFlows(OWN)

    expect('value' in flows && checkFlows(flows.value, new Set(theRequests().keys()))).toEqual([])
  })

  it('show the most frequent wishes on the first page of the menu', () => {
    const flows = readFlows(OWN)
    const step = 'value' in flows ? flows.value.get('menu')?.steps.choose : undefined

    const values = step && 'options' in step ? step.options.map((option) => option.value) : []

    expect(values.slice(0, 4)).toEqual(['check', 'legal_aid', 'jobs', 'training'])
    expect(values.slice(4)).toEqual(['other', 'status', 'officer', 'complaint', 'news'])
  })

  it('let somebody who refuses consent go on to the menu without being asked where they live', () => {
    const flows = readFlows(OWN)
    const welcome = 'value' in flows ? flows.value.get('welcome') : undefined

    expect(welcome?.steps.refused).toEqual({ do: 'refuseConsent', next: 'without_consent' })
    expect(welcome?.steps.without_consent).toMatchObject({ next: 'menu' })
  })
})

describe('a flow file', () => {
  it('is refused with file and line when a step has a verb that does not exist', () => {
    const faults = read('a.yaml', 'id: a\nversion: 1\nstart: s\nsteps:\n  s:\n    shout: x.y\n    next: s\n')

    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(/a\.yaml:\d+ steps\.s/)
  })

  it('is refused when the id is not the name of the file', () => {
    const faults = read('a.yaml', 'id: b\nversion: 1\nstart: s\nsteps:\n  s: { start: menu }\n')

    expect(faults).toEqual(["a.yaml id b is not the file's name"])
  })
})

describe('the check of the flows', () => {
  it('finds nothing in sound flows', () => {
    expect(faultsOf({})).toEqual([])
  })

  it('finds that a flow the talk itself starts is missing', () => {
    const faults = checkFlows(new Map([['menu', aFlow({ id: 'menu' })]]), new Set())

    expect(faults.map((fault) => fault.what)).toContain('flow welcome is missing')
  })

  it('finds a start that is no step', () => {
    expect(faultsOf({ start: 'begin' })).toContain('start begin is no step')
  })

  it('finds a step that leads nowhere', () => {
    const steps = { wait: WAIT, hello: { say: 'x.hello', next: 'gone' } }

    expect(faultsOf({ start: 'hello', steps: { ...steps } })).toContain('step hello leads to gone, which is no step')
  })

  it('finds a step that starts a flow nobody wrote', () => {
    expect(faultsOf({ start: 'go', steps: { go: { start: 'nowhere' } } })).toEqual([
      'step go starts nowhere, which is no flow',
    ])
  })

  it('finds an option that leads nowhere, and one that leads two ways', () => {
    const choose: Step = {
      choose: 'x.ask',
      options: [
        { value: 'neither', label: 'x.a' },
        { value: 'both', label: 'x.b', next: 'wait', start: { flow: 'menu' } },
      ],
    }

    expect(faultsOf({ steps: { wait: choose } })).toEqual([
      'option neither of wait needs either next or start',
      'option both of wait needs either next or start',
    ])
  })

  it('finds an option that files a request nobody wrote', () => {
    const options = [{ value: 'file', label: 'x.file', start: { flow: 'request', request: 'legal_ait' } }]

    expect(faultsOf({ steps: { wait: { choose: 'x.ask', options } } })).toEqual([
      'option file of wait files legal_ait, which is no request type',
    ])
  })

  it('finds a step that nobody reaches', () => {
    const steps = { wait: WAIT, island: { say: 'x.hello', next: 'wait' } }

    expect(faultsOf({ steps })).toEqual(['step island is never reached'])
  })

  it('takes a step as reached to which talks of an older version move', () => {
    const steps = { wait: WAIT, island: { say: 'x.hello', next: 'wait' } }

    expect(faultsOf({ steps, moved: { old: 'island' } })).toEqual([])
  })

  it('finds a talk of an older version that would be moved to no step', () => {
    expect(faultsOf({ moved: { old: 'gone' } })).toEqual(['moved old leads to gone, which is no step'])
  })

  it('finds a circle in which nobody is ever asked anything', () => {
    const steps: Record<string, Step> = { a: { say: 'x.a', next: 'b' }, b: { say: 'x.b', next: 'a' } }

    const faults = faultsOf({ start: 'a', steps })

    expect(faults).toContain('circle without a wait: looked_at.a → looked_at.b → looked_at.a')
  })

  it('finds such a circle across two flows', () => {
    const flows = new Map(ENGINE_FLOWS.map((id): [string, Flow] => [id, aFlow({ id })]))
    flows.set('menu', aFlow({ id: 'menu', start: 'go', steps: { go: { start: 'topic' } } }))
    flows.set('topic', aFlow({ id: 'topic', start: 'go', steps: { go: { start: 'menu' } } }))

    const faults = checkFlows(flows, new Set())

    expect(faults.map((fault) => fault.what)).toEqual(['circle without a wait: menu.go → topic.go → menu.go'])
  })
})

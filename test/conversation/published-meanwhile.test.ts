import { describe, expect, it } from 'vitest'
import type { Flow } from '../../src/conversation/flow.ts'
import type { Definitions } from '../../src/conversation/situation.ts'
import type { RequestType } from '../../src/requests/request-type.ts'
import { productDefinitions } from '../support/definitions.ts'
import { PureTalk } from '../support/pure-talk.ts'

function withFlow(flow: Flow): Definitions {
  const definitions = productDefinitions()
  return { ...definitions, flows: new Map([...definitions.flows, [flow.id, flow]]) }
}

function flowOf(id: string): Flow {
  const flow = productDefinitions().flows.get(id)
  if (!flow) throw new Error(`No flow ${id}`)
  return flow
}

/** Goes on with the same session under newly published definitions. */
function goOn(talk: PureTalk, definitions: Definitions): PureTalk {
  const next = new PureTalk(definitions)
  next.session = talk.session
  next.consented = talk.consented
  next.communeCode = talk.communeCode
  return next
}

describe('A flow that is published while somebody stands in the middle of it', () => {
  it('goes on at the same step when the step is still there', () => {
    const before = new PureTalk()
    before.hears({ kind: 'start', payload: null })
    const welcome = flowOf('welcome')
    const after = goOn(before, withFlow({ ...welcome, version: welcome.version + 1 }))

    after.says('đồng ý')

    expect(after.consented).toBe(true)
  })

  it('goes on where the file says the step moved to', () => {
    const before = new PureTalk()
    before.hears({ kind: 'start', payload: null })
    const welcome = flowOf('welcome')
    const { consent, ...others } = welcome.steps
    if (!consent) throw new Error('No step consent')
    const steps = { ...others, permission: consent }
    const after = goOn(
      before,
      withFlow({ ...welcome, version: welcome.version + 1, steps, moved: { consent: 'permission' } }),
    )

    after.says('đồng ý')

    expect(after.consented).toBe(true)
  })

  it('says so kindly and shows the menu when the step is gone', () => {
    const before = new PureTalk()
    before.hears({ kind: 'start', payload: null })
    const welcome = flowOf('welcome')
    const { consent: _, ...steps } = welcome.steps
    const after = goOn(before, withFlow({ ...welcome, version: welcome.version + 1, steps }))

    const said = after.says('đồng ý')

    expect(said).toContain(productDefinitions().texts.text('vi', 'engine.flowChanged'))
    expect(after.session?.flow).toBe('menu')
  })

  it('keeps the answers of a request whose questions changed', () => {
    const before = new PureTalk()
    before.consented = true
    before.communeCode = '11953'
    before.hears({ kind: 'start', payload: null })
    before.says('tôi muốn tìm việc làm')
    before.says('45')
    const definitions = productDefinitions()
    const jobs = definitions.requests.get('jobs')
    if (!jobs) throw new Error('No request jobs')
    const newer: RequestType = {
      ...jobs,
      version: jobs.version + 1,
      questions: jobs.questions.filter((question) => question.id === 'age' || question.id === 'contact_name'),
    }
    const after = goOn(before, { ...definitions, requests: new Map([...definitions.requests, ['jobs', newer]]) })

    after.says('nhắc lại')
    after.says('có')

    expect(after.session?.answers.age).toBe(45)
    expect(after.session?.flow).toBe('request')
  })
})

import { afterAll, describe, expect, it } from 'vitest'
import { startPageServer } from '../scripts/dev-fakes/page-server.ts'
import { startTrial } from '../scripts/dev-fakes/trial.ts'
import { createDatabase } from './support/database.ts'
import { aFolder } from './support/product-process.ts'

const { url } = await createDatabase()
const trial = await startTrial({
  dataDir: aFolder(),
  host: '127.0.0.1',
  port: 0,
  settings: { DATABASE_URL: url, DATA_KEY: Buffer.alloc(32, 7).toString('base64'), LOG_LEVEL: 'error' },
  show: () => {},
  ended: () => {},
})
const page = await startPageServer(trial, { host: '127.0.0.1', port: 0 })
afterAll(async () => {
  await page.close()
  await trial.stop()
})

interface Shown {
  sides: { id: string; people: { id: string; name: string; entries: Entry[] }[] }[]
}

interface Entry {
  from: string
  text: string
  buttons: { label: string }[]
}

async function shown(): Promise<Shown> {
  const answer = await fetch(`${page.address}/api/state`)
  return (await answer.json()) as Shown
}

function call(path: string, body: unknown): Promise<Response> {
  return fetch(`${page.address}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

/** The first answer of the bot with buttons that a person's chat shows. */
async function firstQuestion(channel: string, person: string): Promise<Entry> {
  const stream = await fetch(`${page.address}/api/stream`)
  let text = ''
  for await (const chunk of stream.body ?? []) {
    text += Buffer.from(chunk).toString()
    const frames = text.split('\n\n')
    text = frames.pop() ?? ''
    for (const frame of frames) {
      const { sides } = JSON.parse(frame.slice('data: '.length)) as Shown
      const entries = sides.find(({ id }) => id === channel)?.people.find(({ id }) => id === person)?.entries
      const question = entries?.find(({ from, buttons }) => from === 'bot' && buttons.length > 0)
      if (question !== undefined) return question
    }
  }
  throw new Error('The stream ended')
}

describe('the page of the stand-ins', () => {
  it.each(['telegram', 'zalo'])('lets somebody say menu on %s and shows what the bot answers', async (channel) => {
    const person = (await shown()).sides.find(({ id }) => id === channel)?.people[0]?.id ?? ''

    const said = await call('/api/act', { channel, person, do: { act: 'say', text: 'menu' } })
    const answer = await firstQuestion(channel, person)

    expect(said.status).toBe(204)
    expect(answer.text).not.toBe('')
    expect(answer.buttons.length).toBeGreaterThan(1)
  })

  it('keeps a blocked bot from somebody until they let it in again', async () => {
    const person = (await shown()).sides.find(({ id }) => id === 'telegram')?.people[1]?.id ?? ''
    await call('/api/act', { channel: 'telegram', person, do: { act: 'leave' } })

    const said = await call('/api/act', { channel: 'telegram', person, do: { act: 'say', text: 'menu' } })

    expect(said.status).toBe(422)
  })

  it('takes nothing that a page of somebody else could send it', async () => {
    const form = await fetch(`${page.address}/api/mend`, { method: 'POST', body: '{"channel":"zalo"}' })

    expect(form.status).toBe(415)
  })
})

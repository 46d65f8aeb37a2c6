import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeZalo, startFakeZalo } from './zalo.ts'

/** What the webhook answers, one after the other; the last for ever. */
let answers: number[] = [200]
let calls: { body: string; retry: string | undefined; at: number }[] = []
let fake: FakeZalo
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const retry = request.headers.num_retry
  calls.push({ body: Buffer.concat(chunks).toString(), retry: retry?.toString(), at: performance.now() })
  response.writeHead((answers.length > 1 ? answers.shift() : answers[0]) ?? 200).end()
})

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  fake = await startFakeZalo()
  fake.listenAt(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
})
afterAll(async () => {
  await fake.close()
  server.close()
})

async function says(text: string, speed: number) {
  calls = []
  fake.retryWebhooks({ speed })
  await fake.person('u1').says(text)
  await fake.until(() => fake.deliveries.every(({ state }) => state !== 'waiting'))
}

describe("the fake's webhook", () => {
  it('comes again with growing pauses until somebody answers 200, as Zalo does', async () => {
    answers = [500, 503, 401, 200]

    await says('một', 10_000)

    const pauses = calls.slice(1).map(({ at }, index) => at - (calls[index]?.at ?? 0))
    expect(calls.map(({ retry }) => retry)).toEqual([undefined, '1', '2', '3'])
    expect(new Set(calls.map(({ body }) => body)).size).toBe(1)
    // 5 and 15 minutes, ten thousand times as fast.
    expect(pauses[1]).toBeGreaterThanOrEqual(29)
    expect(pauses[2]).toBeGreaterThanOrEqual(89)
    expect(fake.deliveries[0]).toMatchObject({ state: 'accepted', attempts: 4 })
  })

  it('is given up after the last step of the ladder', async () => {
    answers = [500]

    await says('hai', 1_000_000)

    expect(calls).toHaveLength(6)
    expect(fake.deliveries[0]).toMatchObject({ state: 'given-up', acceptedAt: null })
  })

  it('comes again although it was taken, when disorder is asked for', async () => {
    answers = [200]
    calls = []
    fake.retryWebhooks({ speed: 1_000_000 })
    fake.disorder({ repeatShare: 1, delayMs: 1 })

    await fake.person('u1').says('ba')
    await fake.until(() => fake.deliveries[0]?.attempts === 2)

    expect(fake.deliveries[0]?.state).toBe('accepted')
  })
})

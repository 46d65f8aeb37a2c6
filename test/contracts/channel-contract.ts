import { describe, expect, it } from 'vitest'
import type { ChannelAdapter, DeliveryOutcome } from '../../src/messaging/channel.ts'
import type { Message } from '../../src/messaging/message.ts'
import type { Update } from '../../src/messaging/update.ts'

export interface Signed {
  signature: 'right' | 'wrong' | 'none'
  /** The channel's number of what the person said; the same number is the same update. */
  number: number
}

/** One channel with one person on it, a talk of ours behind it, and means to make things go wrong. */
export interface ChannelUnderTest extends AsyncDisposable {
  adapter: ChannelAdapter
  deliver(message: Message): Promise<DeliveryOutcome>
  /** What the person has on the screen from us. */
  received(): Promise<{ text: string; buttons: string[] }[]>
  /** The person says something, as the channel tells us of it. Resolves with the HTTP status of our answer. */
  says(text: string, how: Signed): Promise<number>
  /** What we took in. */
  updates: Update[]
  /** From now on nothing can be stored. */
  breakDatabase(): void
  /** From now on the channel asks us to wait this long. */
  floods?(seconds: number): void
  /** The person wants nothing from us any more. */
  blocks?(): void
  /** The next message arrives, but we never hear of it. */
  losesAnswer?(): void
}

export interface Traits {
  /** What becomes of a call without any sign of who makes it: `ignored` with 200, or a `newcomer` who is let in. */
  unsigned: 'ignored' | 'newcomer'
  /** Whether somebody else carries the messages, who can say no. */
  isCarriedByOthers: boolean
}

export const NOW = new Date('2026-11-23T02:00:00Z')

const words = (text: string): Message => ({ text, actions: [], attachmentId: null })

/** What every channel does, whoever carries it. */
export function describeChannel(name: string, traits: Traits, open: () => Promise<ChannelUnderTest>): void {
  describe(`${name} as a channel`, () => {
    it('shows a message with its buttons to the person', async () => {
      await using channel = await open()

      const outcome = await channel.deliver({
        text: 'Quý vị cần gì?',
        actions: [
          { id: 'a1', label: 'Vay vốn' },
          { id: 'a2', label: 'Học nghề' },
        ],
        attachmentId: null,
      })

      expect(outcome.kind).toBe('delivered')
      expect(await channel.received()).toEqual([{ text: 'Quý vị cần gì?', buttons: ['Vay vốn', 'Học nghề'] }])
    })

    it('names each delivered message, so that it can be quoted', async () => {
      await using channel = await open()

      const outcomes = [await channel.deliver(words('một')), await channel.deliver(words('hai'))]

      const ids = outcomes.map((outcome) => (outcome.kind === 'delivered' ? outcome.externalId : null))
      expect(ids).toEqual([expect.stringMatching(/./), expect.stringMatching(/./)])
      expect(new Set(ids).size).toBe(2)
    })

    it('brings a text of the greatest length it promises', async () => {
      await using channel = await open()
      const text = 'a'.repeat(channel.adapter.capabilities.textLength)

      const outcome = await channel.deliver(words(text))

      expect(outcome.kind).toBe('delivered')
      expect((await channel.received()).map((message) => message.text)).toEqual([text])
    })

    it('loses no word of a text that is too long', async () => {
      await using channel = await open()
      const text = 'Quý vị cần mang theo giấy tờ. '.repeat(400).trim()

      const outcome = await channel.deliver(words(text))

      expect(outcome.kind).toBe('delivered')
      expect((await channel.received()).map((message) => message.text).join(' ')).toBe(text)
    })

    it('takes in what a person says', async () => {
      await using channel = await open()

      const status = await channel.says('tôi muốn vay vốn', { signature: 'right', number: 1 })

      expect(status).toBeGreaterThanOrEqual(200)
      expect(status).toBeLessThan(300)
      expect(channel.updates).toMatchObject([
        {
          channel: channel.adapter.id,
          account: channel.adapter.account,
          body: { kind: 'text', text: 'tôi muốn vay vốn' },
        },
      ])
    })

    it('knows a repeat by the id of the update, and no other update by that id', async () => {
      await using channel = await open()

      await channel.says('một', { signature: 'right', number: 1 })
      await channel.says('một', { signature: 'right', number: 1 })
      await channel.says('hai', { signature: 'right', number: 2 })

      const [first, repeat, other] = channel.updates.map((update) => update.externalId)
      expect(repeat).toBe(first)
      expect(other).not.toBe(first)
      expect(first?.length).toBeLessThanOrEqual(128)
    })

    it('refuses a forged call with 401 and stores nothing', async () => {
      await using channel = await open()

      const status = await channel.says('tôi là người khác', { signature: 'wrong', number: 1 })

      expect(status).toBe(401)
      expect(channel.updates).toEqual([])
    })

    it.runIf(traits.unsigned === 'ignored')('answers a call without a signature with 200 and ignores it', async () => {
      await using channel = await open()

      const status = await channel.says('xin chào', { signature: 'none', number: 1 })

      expect(status).toBe(200)
      expect(channel.updates).toEqual([])
    })

    it.runIf(traits.unsigned === 'newcomer')('lets somebody new in, apart from everybody else', async () => {
      await using channel = await open()

      await channel.says('tôi mới tới', { signature: 'none', number: 1 })
      await channel.says('tôi cũng thế', { signature: 'none', number: 1 })

      expect(new Set(channel.updates.map((update) => update.address)).size).toBe(2)
      expect(new Set(channel.updates.map((update) => update.externalId)).size).toBe(2)
    })

    it('asks the channel to come again while the database is down', async () => {
      await using channel = await open()
      channel.breakDatabase()

      const status = await channel.says('tôi muốn vay vốn', { signature: 'right', number: 1 })

      expect(status).toBe(503)
    })

    it('has capabilities that a renderer can work with', async () => {
      await using channel = await open()

      const { capabilities } = channel.adapter

      expect(capabilities.textLength).toBeGreaterThanOrEqual(1_000)
      expect(capabilities.ratePerSecond).toBeGreaterThan(0)
      expect(capabilities.burstPerContact).toBeGreaterThanOrEqual(5)
      expect(channel.adapter.account).toMatch(/^[\w-]{1,64}$/)
    })

    describe.runIf(traits.isCarriedByOthers)('carried by others', () => {
      it('waits as long as it is told to', async () => {
        await using channel = await open()
        channel.floods?.(7)

        const outcome = await channel.deliver(words('xin chào'))

        // With this person, or with all of them.
        expect(outcome).toMatchObject({
          kind: expect.stringMatching(/^(hold|wait)$/),
          until: new Date(NOW.getTime() + 7_000),
        })
      })

      it('says that the person blocked us', async () => {
        await using channel = await open()
        channel.blocks?.()

        const outcome = await channel.deliver(words('xin chào'))

        expect(outcome).toEqual({ kind: 'refused', reason: 'blocked' })
      })

      it('does not claim to know what became of a message whose answer got lost', async () => {
        await using channel = await open()
        channel.losesAnswer?.()

        const outcome = await channel.deliver(words('xin chào'))

        expect(outcome.kind).toBe('uncertain')
        expect(await channel.received()).toHaveLength(1)
      })

      it('no longer has a file that it never had', async () => {
        await using channel = await open()

        const file = await channel.adapter.fetchFile('no-such-file')

        expect(file).toBeNull()
      })
    })
  })
}

import type { NewsChoice } from '../../src/broadcasts/subscriptions.ts'
import type { Effect, Option } from '../../src/conversation/effects.ts'
import { promptOf } from '../../src/conversation/prompt.ts'
import type { Session } from '../../src/conversation/session.ts'
import type { Definitions, KnownTicket, Situation } from '../../src/conversation/situation.ts'
import { wordsOf } from '../../src/conversation/situation.ts'
import { step } from '../../src/conversation/step.ts'
import type { UpdateBody } from '../../src/messaging/update.ts'
import type { Profile } from '../../src/profile/profile.ts'
import { productDefinitions } from './definitions.ts'

/** A talk with the engine alone: no database, effects on the contact played in memory, time moved by hand. */
export class PureTalk {
  session: Session | null = null
  now = new Date('2026-11-23T02:00:00Z')
  consented = false
  communeCode: string | null = null
  talkTicketId: number | null = null
  tickets: KnownTicket[] = []
  profile: Profile | null = null
  /** Left out: nobody is asked what to hear of. */
  news: NewsChoice | undefined = undefined
  broadcast: Situation['broadcast'] = null
  broadcastTap: Situation['broadcastTap'] = null
  effects: Effect[] = []
  readonly definitions: Definitions
  private count = 0

  constructor(definitions: Definitions = productDefinitions()) {
    this.definitions = definitions
  }

  /** Handles one update; returns what the bot said to it, in words. */
  hears(body: UpdateBody, attachmentIds: string[] = []): string {
    const situation = this.situation(attachmentIds)
    const result = step(this.definitions, this.session, body, situation)
    this.session = result.session
    this.effects = result.effects
    for (const effect of result.effects) this.play(effect)
    const turn = { definitions: this.definitions, situation }
    return result.effects
      .flatMap((effect) =>
        effect.kind === 'say' ? effect.lines.map((line) => wordsOf(turn, result.session, line)) : [],
      )
      .join('\n')
  }

  says(text: string): string {
    return this.hears({ kind: 'text', text })
  }

  /** Taps the button with this value; turns the pages to find it. */
  taps(value: string): string {
    for (let page = 0; page < 20; page++) {
      const offered = this.offered().find((one) => one.value === value)
      if (offered) return this.hears({ kind: 'action', actionId: offered.id })
      const more = this.offered().find((one) => one.value === '~more')
      if (!more)
        throw new Error(
          `No button ${value} among ${this.offered()
            .map((one) => one.value)
            .join(', ')}`,
        )
      this.hears({ kind: 'action', actionId: more.id })
    }
    throw new Error(`No button ${value} on any page`)
  }

  sendsPhoto(): string {
    const file = {
      media: 'photo' as const,
      externalId: 'f1',
      attachmentId: null,
      mediaType: 'image/jpeg',
      sizeBytes: 1_000,
      name: null,
      caption: null,
    }
    return this.hears({ kind: 'file', file }, [`photo-${++this.count}`])
  }

  offered(): { value: string; id: string; words: string }[] {
    return this.session?.offered ?? []
  }

  /** Every option of what is open, on all pages. */
  options(): Option[] {
    if (!this.session) return []
    return promptOf({ definitions: this.definitions, situation: this.situation([]) }, this.session)?.options ?? []
  }

  filed(): Extract<Effect, { kind: 'fileTicket' }>['draft'][] {
    return this.effects.flatMap((effect) => (effect.kind === 'fileTicket' ? [effect.draft] : []))
  }

  private situation(attachmentIds: string[]): Situation {
    return {
      consented: this.consented,
      communeCode: this.communeCode,
      tickets: this.tickets,
      talkTicketId: this.talkTicketId,
      quotedTicketId: null,
      ticketAction: null,
      broadcastTap: this.broadcastTap,
      broadcast: this.broadcast,
      ...(this.news === undefined ? {} : { news: this.news }),
      messageId: ++this.count,
      attachmentIds,
      profile: () => this.profile,
      now: this.now,
      today: this.now.toISOString().slice(0, 10),
      newActionId: () => `a${++this.count}`,
    }
  }

  private play(effect: Effect): void {
    if (effect.kind === 'giveConsent') this.consented = true
    if (effect.kind === 'refuseConsent') this.consented = false
    if (effect.kind === 'keepProfile') this.profile = effect.profile
    if (effect.kind === 'setCommune') this.communeCode = effect.code
    if (effect.kind === 'erase') {
      this.session = null
      this.profile = null
      this.consented = false
      this.communeCode = null
      this.tickets = []
    }
    this.playNews(effect)
    if (effect.kind === 'releaseTalk') this.talkTicketId = null
    if (effect.kind !== 'fileTicket') return
    const id = this.tickets.length + 1
    const number = `HY-2026-${String(id).padStart(6, '0')}`
    this.tickets = [
      {
        id,
        number,
        topic: effect.draft.topic,
        status: 'open',
        officerSpoke: false,
        spokenAt: this.now,
        dueAt: this.now,
        missingPapers: [],
      },
      ...this.tickets,
    ]
  }

  private playNews(effect: Effect): void {
    if (this.news === undefined) return
    const { topics, isStopped } = this.news
    const kept = isStopped ? [] : topics
    if (effect.kind === 'stopInformation' || effect.kind === 'stopAll') this.news = { ...this.news, isStopped: true }
    if (effect.kind === 'hearAgain') this.news = { ...this.news, isStopped: false }
    if (effect.kind === 'noteNewsAsked') this.news = { ...this.news, wasAsked: true }
    if (effect.kind === 'subscribe')
      this.news = { topics: [...new Set([...kept, effect.topic])], isStopped: false, wasAsked: true }
    if (effect.kind === 'unsubscribe')
      this.news = { ...this.news, topics: topics.filter((one) => one !== effect.topic) }
    if (effect.kind === 'erase') this.news = { topics: [], isStopped: false, wasAsked: false }
  }
}

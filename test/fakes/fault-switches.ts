/** Everything that a channel can do wrong, as switches that may be thrown in any order. */
import type { FakeTelegram, Fault as TelegramFault } from './telegram.ts'
import type { FakeZalo, Fault as ZaloFault } from './zalo.ts'

export interface FaultSwitch {
  readonly name: string
  on(): void
  off(): void
  /** Whether it met a call at all. */
  hasStruck(): boolean
  /** The product then waits for minutes, since an administrator has to mend something: a restart shortens it. */
  readonly needsAdministrator: boolean
}

/** Faults that cost the caller its whole patience, or a person their message, happen this often at most. */
const FEW = 2

export function telegramSwitches(fake: FakeTelegram): FaultSwitch[] {
  const fault = (name: string, what: TelegramFault, options: Parameters<FakeTelegram['fail']>[1] = {}) =>
    switchOf(
      `telegram ${name}`,
      () => fake.fail(what, options),
      () => fake.struck.includes(what),
    )
  return [
    fault('429 with retry_after', { kind: 'flood', retryAfter: 1 }),
    fault('500', { kind: 'error', code: 500, description: 'Internal Server Error' }),
    fault('502 of a proxy', { kind: 'page', status: 502 }),
    fault('a page instead of an answer', { kind: 'page', status: 200 }, { times: FEW }),
    fault('reset before accepting', { kind: 'reset' }),
    fault('reset after accepting', { kind: 'accept-then-reset' }, { times: FEW }),
    fault('time-out before accepting', { kind: 'silence' }, { times: 1 }),
    fault('time-out after accepting', { kind: 'accept-then-silence' }, { times: 1 }),
    fault('wrong JSON', { kind: 'garbled' }, { times: FEW }),
    fault('slow', { kind: 'slow', ms: 300 }),
    fault(
      'blocked',
      { kind: 'error', code: 403, description: 'Forbidden: bot was blocked by the user' },
      { times: FEW },
    ),
    fault('too long', { kind: 'error', code: 400, description: 'Bad Request: message is too long' }, { times: FEW }),
    fault('unknown answer', { kind: 'error', code: 418, description: 'I am a teapot' }, { times: FEW }),
    fault('updates: 500', { kind: 'error', code: 500, description: 'Internal Server Error' }, { on: 'updates' }),
    fault('updates: 502 of a proxy', { kind: 'page', status: 502 }, { on: 'updates' }),
    fault('updates: reset', { kind: 'reset' }, { on: 'updates' }),
    fault(
      'updates: conflict',
      { kind: 'error', code: 409, description: 'Conflict: terminated' },
      { on: 'updates', times: FEW },
    ),
    { ...fault('token refused', { kind: 'error', code: 401, description: 'Unauthorized' }), needsAdministrator: true },
  ]
}

export function zaloSwitches(fake: FakeZalo): FaultSwitch[] {
  const fault = (name: string, what: ZaloFault, options: Parameters<FakeZalo['fail']>[1] = {}) =>
    switchOf(
      `zalo ${name}`,
      () => fake.fail(what, options),
      () => fake.struck.includes(what),
    )
  const code = (name: string, number: number, options: Parameters<FakeZalo['fail']>[1] = { times: FEW }) =>
    fault(`${name} (${number})`, { kind: 'error', code: number, message: name }, options)
  return [
    fault('429 with retry-after', { kind: 'flood', retryAfter: 1 }),
    fault('502 of a proxy', { kind: 'page', status: 502 }),
    fault('a page instead of an answer', { kind: 'page', status: 200 }, { times: FEW }),
    fault('reset before accepting', { kind: 'reset' }),
    fault('reset after accepting', { kind: 'accept-then-reset' }, { times: FEW }),
    fault('time-out before accepting', { kind: 'silence' }, { times: 1 }),
    fault('time-out after accepting', { kind: 'accept-then-silence' }, { times: 1 }),
    fault('wrong JSON', { kind: 'garbled' }, { times: FEW }),
    fault('slow', { kind: 'slow', ms: 300 }),
    code('could not be sent', -200, {}),
    code('window closed', -230),
    code('quota used up', -211),
    code('daily limit', -144),
    code('night', -234),
    code('does not follow', -213),
    code('bad parameter', -201),
    code('unknown code', -9_999),
    switchOf('zalo package without buttons (-224)', () => {
      fake.account.takesButtons = false
      return () => {
        fake.account.takesButtons = true
      }
    }),
    switchOf('zalo expired access token (-216)', () => {
      fake.dropAccessTokens()
      return () => {}
    }),
    switchOf('zalo webhooks repeated and out of order', () => {
      fake.disorder({ repeatShare: 0.5, delayMs: 300 })
      return () => fake.disorder(null)
    }),
    { ...code('rate limit', -32, { times: 1 }), needsAdministrator: true },
    { ...code('not verified', -221, { times: 1 }), needsAdministrator: true },
  ]
}

/** `begin` returns what ends it. */
function switchOf(name: string, begin: () => () => void, hasStruck = () => true): FaultSwitch {
  let end: (() => void) | null = null
  return {
    name,
    needsAdministrator: false,
    hasStruck,
    on() {
      end ??= begin()
    },
    off() {
      end?.()
      end = null
    },
  }
}

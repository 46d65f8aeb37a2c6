import type { Logger } from '../../log.ts'
import type { BotApi } from './bot-api.ts'
import type { TelegramUpdate } from './update-schema.ts'

/**
 * Ends the turning wheel on tapped buttons, once the taps are stored. Nobody waits for it: when it fails the wheel ends
 * by itself, and the answer comes all the same.
 */
export function acknowledgeTaps(api: BotApi, updates: readonly TelegramUpdate[], log: Pick<Logger, 'debug'>): void {
  for (const { callback_query: tap } of updates) {
    if (tap === undefined) continue
    void api.call('answerCallbackQuery', { callback_query_id: tap.id }).then((answer) => {
      if (answer.kind !== 'ok') log.debug({ channel: 'telegram', outcome: answer.kind }, 'a tap was not acknowledged')
    })
  }
}

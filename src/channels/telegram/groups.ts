import { LANGUAGES, type Texts } from '../../i18n.ts'
import type { Logger } from '../../log.ts'
import type { BotApi } from './bot-api.ts'
import type { TelegramUpdate } from './update-schema.ts'

const AWAY = ['left', 'kicked']

interface GroupServices {
  api: BotApi
  texts: Texts
  log: Pick<Logger, 'info' | 'warn'>
}

/**
 * What people tell us is for nobody else to read, so we stay in no group: says so once, when we are brought into one, and
 * leaves. Where leaving did not work it is tried again with the next word said there. Groups are not kept anywhere, so
 * one that becomes a supergroup, under another number, changes nothing. Nobody waits for this.
 */
export function leaveGroups(services: GroupServices, updates: readonly TelegramUpdate[]): void {
  for (const { message, my_chat_member: membership } of updates) {
    if (membership !== undefined) {
      const { chat, old_chat_member: before, new_chat_member: now } = membership
      const isNew = AWAY.includes(before.status) && !AWAY.includes(now.status)
      if (chat.type !== 'private' && isNew) void leave(services, chat, true)
    } else if (message !== undefined && message.chat.type !== 'private' && isSaid(message)) {
      void leave(services, message.chat, false)
    }
  }
}

/** A notice of Telegram itself, such as "… brought the bot into the group", is said by nobody. */
function isSaid({ text, caption }: { text?: string | undefined; caption?: string | undefined }): boolean {
  return text !== undefined || caption !== undefined
}

async function leave(
  { api, texts, log }: GroupServices,
  chat: { id: number; type: string },
  saysWhy: boolean,
): Promise<void> {
  // In a channel only its owners may write.
  if (saysWhy && chat.type !== 'channel') {
    const text = LANGUAGES.map((language) => texts.text(language, 'chat.group')).join('\n\n')
    await api.call('sendMessage', { chat_id: chat.id, text })
  }
  const answer = await api.call('leaveChat', { chat_id: chat.id })
  if (answer.kind === 'ok') log.info({ channel: 'telegram' }, 'left a group')
  else log.warn({ channel: 'telegram', outcome: answer.kind }, 'a group could not be left')
}

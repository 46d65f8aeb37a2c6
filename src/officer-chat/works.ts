import type { Sql } from '../db/client.ts'
import type { RecurringWork } from '../recurring.ts'
import { forgetDeskMessages } from './drop.ts'
import { sendDigests } from './send-digests.ts'
import { sendReplies } from './send-replies.ts'
import { type NewsServices, tellNews } from './tell-news.ts'

const MINUTE_MS = 60_000

/** What officers' chats need again and again. */
export function officerChatWorks(sql: Sql, services: NewsServices): RecurringWork[] {
  return [
    { name: 'officer-news', everyMs: 2_000, run: (now) => tellNews(sql, services, now) },
    { name: 'officer-replies', everyMs: 1_000, run: (now) => sendReplies(sql, services, now) },
    { name: 'officer-digests', everyMs: 30_000, run: (now) => sendDigests(sql, services, now) },
    { name: 'officer-chat-forget', everyMs: MINUTE_MS, run: (now) => forgetDeskMessages(sql, services.rules, now) },
  ]
}

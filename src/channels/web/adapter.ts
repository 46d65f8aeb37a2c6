import { FILE_MAX_BYTES, UPLOAD_TYPES } from '../../attachments/upload-type.ts'
import type { Sql } from '../../db/client.ts'
import type { Capabilities, ChannelAdapter } from '../../messaging/channel.ts'
import type { Secrets } from '../../secrets.ts'
import { ACCOUNT, talkKey } from './address.ts'
import { notifyTalk } from './notices.ts'

const CAPABILITIES: Capabilities = {
  buttons: true,
  textLength: 20_000,
  ratePerSecond: Number.POSITIVE_INFINITY,
  burstPerContact: 20,
  perSecondPerContact: Number.POSITIVE_INFINITY,
  files: Object.fromEntries(UPLOAD_TYPES.map((type) => [type, FILE_MAX_BYTES])),
  replyWindowHours: null,
}

/**
 * The chat page. A message is delivered by its record alone: an open page reads what is recorded as delivered, a closed
 * one reads it when it is opened again.
 */
export function createWeb({ sql, secrets }: { sql: Sql; secrets: Secrets }): ChannelAdapter {
  return {
    id: 'web',
    account: ACCOUNT,
    capabilities: CAPABILITIES,
    async deliver({ id, address }) {
      await notifyTalk(sql, talkKey(secrets, address))
      return { kind: 'delivered', externalId: `${id}` }
    },
    // Files come straight to us and are stored before the update that names them.
    fetchFile: async () => null,
  }
}

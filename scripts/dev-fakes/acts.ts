import { z } from 'zod'

const FILE_MAX_BASE64 = 28 * 1024 * 1024

/** What somebody at the page has a made-up person do. */
export const actSchema = z.discriminatedUnion('act', [
  z.object({ act: z.literal('say'), text: z.string().min(1).max(20_000) }),
  /** A button of the message `entry`. */
  z.object({ act: z.literal('tap'), entry: z.int(), button: z.int().min(0) }),
  z.object({
    act: z.literal('file'),
    name: z.string().min(1).max(200),
    type: z.string().max(100),
    base64: z.base64().max(FILE_MAX_BASE64),
    caption: z.string().max(1_000).default(''),
  }),
  /** Gives the own number: Telegram's contact, Zalo's form. */
  z.object({ act: z.literal('phone') }),
  z.object({ act: z.literal('location') }),
  z.object({ act: z.literal('voice') }),
  z.object({ act: z.literal('sticker') }),
  /** Unblocks the bot, follows the account. */
  z.object({ act: z.literal('arrive') }),
  /** Blocks the bot, unfollows the account. */
  z.object({ act: z.literal('leave') }),
  /** Zalo: somebody of the office writes in Zalo's own inbox. */
  z.object({ act: z.literal('office'), text: z.string().min(1).max(2_000) }),
])

export type Act = z.infer<typeof actSchema>

/** A place in Hưng Yên. */
export const HERE = { latitude: 20.6464, longitude: 106.0511 }

/** The person cannot do this now; said to whoever sits at the page. */
export class CannotAct extends Error {}

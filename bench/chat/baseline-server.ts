/** The bare minimum to be compared with: grammY and fastify, one durable transaction per update, no bot logic. */
import { fastify } from 'fastify'
import { Bot, webhookCallback } from 'grammy'
import { connect } from '../../src/db/client.ts'
import { settings } from './settings.ts'

const { databaseUrl, apiRoot, token, secret, botInfo } = settings()
const sql = connect({ url: databaseUrl })
await sql`create table if not exists sessions (chat_id bigint primary key, step text not null, updated_at timestamptz not null)`
await sql`create table if not exists said (id bigint primary key generated always as identity, chat_id bigint not null, update_id bigint not null, body text not null, at timestamptz not null)`
await sql`create table if not exists outbox (id bigint primary key generated always as identity, chat_id bigint not null, body text not null, at timestamptz not null)`
await sql`insert into sessions select chat, 'menu', now() from generate_series(1, 5000) as chat on conflict do nothing`

const bot = new Bot(token, { client: { apiRoot }, botInfo })
bot.on('message:text', async (ctx) => {
  const now = new Date()
  const chat = ctx.chat.id
  await sql.begin((tx) =>
    Promise.all([
      tx`select step from sessions where chat_id = ${chat} for update`,
      tx`insert into said (chat_id, update_id, body, at) values (${chat}, ${ctx.update.update_id}, ${ctx.message.text}, ${now})`,
      tx`update sessions set step = ${'menu'}, updated_at = ${now} where chat_id = ${chat}`,
      tx`insert into outbox (chat_id, body, at) values (${chat}, ${ctx.message.text}, ${now})`,
    ]),
  )
  await ctx.reply(ctx.message.text)
})

const app = fastify()
app.post('/webhooks/telegram', webhookCallback(bot, 'fastify', { secretToken: secret }))
process.stdout.write(`listening ${await app.listen({ host: '127.0.0.1', port: 0 })}\n`)

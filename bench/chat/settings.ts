/** What a measured server is told by the bench. */
export interface ServerSettings {
  databaseUrl: string
  apiRoot: string
  token: string
  secret: string
}

export const TOKEN = '700000001:bench'
export const SECRET = 'bench-secret'

export function settings() {
  const given = JSON.parse(process.argv[2] ?? '{}') as ServerSettings
  const botInfo = {
    id: 700_000_001,
    is_bot: true as const,
    first_name: 'Bench',
    username: 'bench_bot',
    can_join_groups: false,
    can_read_all_group_messages: false,
    supports_inline_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
  }
  return { ...given, botInfo: botInfo as typeof botInfo & import('grammy/types').UserFromGetMe }
}

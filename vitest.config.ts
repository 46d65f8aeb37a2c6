import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/database-server.ts'],
    isolate: false,
    expect: { requireAssertions: true },
    testTimeout: 20_000,
    hookTimeout: 30_000,
    experimental: { viteModuleRunner: false },
  },
})

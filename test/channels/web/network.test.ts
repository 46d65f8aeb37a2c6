import { describe, expect, it } from 'vitest'
import { networkOf } from '../../../src/channels/web/limits.ts'

describe('the network that a call comes from', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('of %s is %s: a household has countless addresses of version 6', (ip, network) => {
    expect(networkOf(ip)).toBe(network)
  })
})

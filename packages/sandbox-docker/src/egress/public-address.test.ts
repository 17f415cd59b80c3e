import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPublicAddress } from "./public-address.ts";

describe("a public address", () => {
  it.each([
    ["this host", "0.0.0.0", "0.255.255.255"],
    ["private, 10/8", "10.0.0.0", "10.255.255.255"],
    ["shared, 100.64/10", "100.64.0.0", "100.127.255.255"],
    ["loopback", "127.0.0.0", "127.255.255.255"],
    ["link-local and metadata", "169.254.0.0", "169.254.169.254", "169.254.255.255"],
    ["private, 172.16/12", "172.16.0.0", "172.17.0.1", "172.31.255.255"],
    ["protocol assignments", "192.0.0.0", "192.0.0.192", "192.0.0.255"],
    ["examples", "192.0.2.1", "198.51.100.1", "203.0.113.1"],
    ["private, 192.168/16", "192.168.0.0", "192.168.255.255"],
    ["benchmarks", "198.18.0.0", "198.19.255.255"],
    ["multicast", "224.0.0.0", "239.255.255.255"],
    ["reserved and broadcast", "240.0.0.0", "255.255.255.255"],
    ["IPv6 unspecified and loopback", "::", "::1"],
    ["IPv6 private", "fc00::1", "fd00::2", "fdff:ffff::"],
    ["IPv6 metadata", "fd00:ec2::254", "fe80::a9fe:a9fe"],
    ["IPv6 link-local", "fe80::1", "febf::1"],
    ["IPv6 site-local", "fec0::1"],
    ["IPv6 multicast", "ff02::1"],
    ["IPv6 examples", "2001:db8::1", "3fff::1"],
    ["Teredo and 6to4, which carry IPv4", "2001::1", "2002:7f00:1::"],
    ["NAT64", "64:ff9b::7f00:1", "64:ff9b:1::1"],
    ["IPv4 inside IPv6", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:8.8.8.8", "::127.0.0.1", "::ffff:0:127.0.0.1"],
  ])("is not %s", (_, ...addresses) => {
    for (const address of addresses) expect({ address, is: isPublicAddress(address) }).toEqual({ address, is: false });
  });

  it.each(["1.1.1.1", "8.8.8.8", "93.184.216.34", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1"])(
    "is %s",
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it.each(["2606:4700::1111", "2a00:1450:4001::200e", "2001:4860:4860::8888"])("is %s", (address) =>
    expect(isPublicAddress(address)).toBe(true),
  );

  it.each([
    "",
    "localhost",
    "1.1.1",
    "0x7f.1",
    "0177.0.0.1",
    "2130706433",
    "1.1.1.1.",
    " 1.1.1.1",
    "fe80::1%lo",
    "2606:4700::1%lo",
  ])("is not %j, which is no address as a resolver gives it", (address) =>
    expect(isPublicAddress(address)).toBe(false),
  );

  it("of IPv6 is below 2000::/3 alone", () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const first = Number.parseInt(address.split(":")[0] || "0", 16);
        if (first < 0x2000 || first > 0x3fff) expect(isPublicAddress(address)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });
});

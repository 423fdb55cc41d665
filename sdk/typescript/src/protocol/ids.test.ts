import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { idAt, KEY_RANDOM_BYTES, mintKey, timeOf } from "./ids.js";

const MS_MAX = 4_398_046_511_103;
const milliseconds = fc.integer({ min: 0, max: MS_MAX });
const randomBytes = fc.uint8Array({ minLength: KEY_RANDOM_BYTES, maxLength: KEY_RANDOM_BYTES });

describe("ids", () => {
  it("agree with the protocol's example, which is beyond 32 bits", () => {
    expect(timeOf(3_676_160_000_002_048)).toBe(1_795_000_000_001);
    expect(idAt(1_795_000_000_001)).toBe(3_676_160_000_002_048);
  });

  it("say the same time whatever the counter is", () => {
    fc.assert(
      fc.property(milliseconds, fc.integer({ min: 0, max: 2047 }), (ms, counter) => {
        expect(timeOf(idAt(ms) + counter)).toBe(ms);
      }),
    );
  });

  it("stay exact up to the largest", () => {
    expect(timeOf(Number.MAX_SAFE_INTEGER)).toBe(MS_MAX);
    expect(idAt(MS_MAX) + 2047).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describe("mintKey", () => {
  it("lays out a UUIDv7", () => {
    const random = Uint8Array.of(0xab, 0xcd, 0xff, 1, 2, 3, 4, 5, 6, 7);
    expect(mintKey(0x0123456789a, random)).toBe("00123456-789a-7bcd-bf01-020304050607");
    expect(mintKey(0, new Uint8Array(10))).toBe("00000000-0000-7000-8000-000000000000");
  });

  it("is what the server takes, and says its time", () => {
    fc.assert(
      fc.property(milliseconds, randomBytes, (ms, random) => {
        const key = mintKey(ms, random);
        expect(key).toMatch(
          /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        );
        expect(Number.parseInt(key.slice(0, 8) + key.slice(9, 13), 16)).toBe(ms);
      }),
    );
  });

  it("differs for different random bytes, but for the six that version and variant take", () => {
    const keys = Array.from({ length: KEY_RANDOM_BYTES }, (_, place) => {
      const random = new Uint8Array(KEY_RANDOM_BYTES);
      random[place] = 1;
      return mintKey(1, random);
    });
    expect(new Set(keys).size).toBe(KEY_RANDOM_BYTES);
  });

  it("refuses what makes no key", () => {
    expect(() => mintKey(1, new Uint8Array(9))).toThrow(RangeError);
    for (const ms of [-1, Number.NaN, MS_MAX + 1, Number.POSITIVE_INFINITY])
      expect(() => mintKey(ms, new Uint8Array(10))).toThrow(RangeError);
  });
});

/** What is generated is what the protocol's descriptions make, and it says what it should. */

import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, expectTypeOf, it } from "vitest";
import { CLOSE_CODES, ERROR_CODES } from "../src/protocol/generated/codes.js";
import type {
  AnsweredOperation,
  Appended,
  Body,
  ErrorCode,
  Event,
  Operation,
  Place,
  Push,
  ReplyOf,
  RequestOf,
} from "../src/protocol/types.js";

function pathOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

it("is what the descriptions make: after a change of api/*.json, npm run generate", () => {
  // The script says on stderr which file differs, and ends with 1.
  execFileSync(process.execPath, [pathOf("../scripts/generate.mjs"), "--check"]);
  const files = readdirSync(pathOf("../src/protocol/generated"));
  expect(files.sort()).toEqual(["codes.ts", "schemas.ts"]);
}, 30_000);

it("lists the codes", () => {
  expect(ERROR_CODES).toContain("retry_in_order");
  expect(new Set(ERROR_CODES).size).toBe(ERROR_CODES.length);
  expectTypeOf<(typeof ERROR_CODES)[number]>().toEqualTypeOf<ErrorCode>();
  expect(CLOSE_CODES).toMatchObject({ normal: 1000, tokenExpired: 4402, replaced: 4509 });
});

it("ties fields and answers to operations, and values to pushes", () => {
  expectTypeOf<RequestOf<"send">["body"]>().toEqualTypeOf<Body>();
  expectTypeOf<ReplyOf<"send">>().toEqualTypeOf<Appended>();
  expectTypeOf<AnsweredOperation>().toEqualTypeOf<Exclude<Operation, "typing">>();
  expectTypeOf<Extract<Push, { name: "marked" }>["value"]["read"]>().toEqualTypeOf<Place>();
  expectTypeOf<Event["kind"]>().toEqualTypeOf<
    "message" | "edit" | "delete" | "react" | "member" | "chat" | "hidden"
  >();
});

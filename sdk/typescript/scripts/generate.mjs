/**
 * Writes src/protocol/generated/ from api/openapi.json and api/websocket.json, which describe the
 * two sides of the protocol.
 *
 *     node scripts/generate.mjs            writes
 *     node scripts/generate.mjs --check    exits 1 when what is there is not what would be written
 */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const API = new URL("../../../api/", import.meta.url);
const GENERATED = new URL("../src/protocol/generated/", import.meta.url);
const HEADER =
  "/** Made from api/*.json by scripts/generate.mjs (npm run generate): change those. */\n\n";

async function readJson(name) {
  return JSON.parse(await readFile(new URL(name, API), "utf8"));
}

/** The values of an object or a list, changed, at any depth. */
function mapped(value, change) {
  if (Array.isArray(value)) return value.map((entry) => mapped(entry, change));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, entry]) => [name, mapped(entry, change)]);
  return change(Object.fromEntries(entries));
}

/** References into the other file become references within the merged one. */
function withLocalReferences(schema) {
  const { $ref } = schema;
  return typeof $ref === "string"
    ? { ...schema, $ref: $ref.replace(/^openapi\.json/, "") }
    : schema;
}

/**
 * An `anyOf` that only says which fields must be there is a rule, not a shape: as a type it would
 * be a union of things that say nothing.
 */
function withoutRules(schema) {
  const { anyOf, ...shape } = schema;
  const isRule = Array.isArray(anyOf) && anyOf.every((branch) => Array.isArray(branch.required));
  return isRule && shape.type === "object" ? shape : schema;
}

/** What is no part of a type. */
function withoutExamples({ examples: _examples, default: _default, ...schema }) {
  return schema;
}

/** The tags of schemas are none of TypeScript's: their text is what a comment says. */
function withPlainComments(text) {
  return text
    .replace(/^ *\/\*\* @(constant|enum \{string\}) \*\/\n/gm, "")
    .replace(/^ *\* @(constant|enum \{string\})\n/gm, "")
    .replaceAll("@description ", "");
}

function listed(schemas) {
  return { type: "object", required: Object.keys(schemas), properties: schemas };
}

/** What messages of the session carry under their name, or under `ok`. */
function payloads(websocket, suffix, member) {
  const found = {};
  for (const [key, { payload }] of Object.entries(websocket.channels.session.messages)) {
    if (!key.endsWith(suffix)) continue;
    const name = key.slice(0, -suffix.length);
    found[name] = payload.properties[member ?? name];
  }
  return listed(found);
}

async function typesOf(openapi, websocket) {
  const schemas = {
    ...openapi.components.schemas,
    ...websocket.components.schemas,
    Requests: payloads(websocket, "_request"),
    Replies: payloads(websocket, "_reply", "ok"),
    Pushes: payloads(websocket, "_push"),
  };
  const document = {
    openapi: "3.1.0",
    info: { title: "Connect", version: openapi.info.version },
    paths: {},
    components: {
      schemas: mapped(schemas, (schema) =>
        withoutExamples(withoutRules(withLocalReferences(schema))),
      ),
    },
  };
  const options = { alphabetize: false, defaultNonNullable: false, emptyObjectsUnknown: true };
  return HEADER + withPlainComments(astToString(await openapiTS(document, options)));
}

function camelCase(name) {
  return name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
}

function codesOf(openapi, websocket) {
  const errors = openapi.components.schemas.Error.properties.code.enum;
  const closes = websocket.channels.session["x-close-codes"];
  const lines = closes.codes.map(
    ({ code, name, description }) => `  /** ${description} */\n  ${camelCase(name)}: ${code},\n`,
  );
  return `${HEADER}/** What an answer's \`error.code\` can be. */
export const ERROR_CODES = [\n${errors.map((code) => `  "${code}",\n`).join("")}] as const;

/**
 * What the server closes a session with.
 * ${closes.description}
 */
export const CLOSE_CODES = {\n${lines.join("")}} as const;
`;
}

async function generate() {
  const openapi = await readJson("openapi.json");
  const websocket = await readJson("websocket.json");
  return {
    "schemas.ts": await typesOf(openapi, websocket),
    "codes.ts": codesOf(openapi, websocket),
  };
}

const isCheck = process.argv.includes("--check");
await mkdir(GENERATED, { recursive: true });
for (const [name, text] of Object.entries(await generate())) {
  const path = new URL(name, GENERATED);
  if (!isCheck) await writeFile(path, text);
  else if ((await readFile(path, "utf8").catch(() => "")) !== text) {
    console.error(`${fileURLToPath(path)} is not what api/*.json makes: npm run generate`);
    process.exitCode = 1;
  }
}

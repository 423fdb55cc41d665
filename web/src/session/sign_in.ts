/**
 * How a person gets a token: the one file to replace when Connect is built into a product.
 *
 * A product signs people in its own way (a form, OpenID Connect, a cookie of its site) and has its
 * own server mint the token, as docs/operating.md describes. What the rest of the
 * app needs is `signIn` and `freshToken`. Here, `signIn` uses the server's development login, which
 * asks for no password and answers on `--auth dev` servers only, from the same machine; against
 * any other server a token can be pasted.
 */

import { byteLength } from "../text.js";

/** Who is signed in, as it is remembered on this device. */
export interface Account {
  readonly user: string;
  /** A token that was pasted; null where the development login gives new ones. */
  readonly token: string | null;
}

/**
 * `no_login`: this server has no development login, so a token is needed. `refused`: it did not take
 * the name. `busy`: too many tries. `unreachable`: no answer.
 */
export class SignInError extends Error {
  readonly why: "no_login" | "refused" | "busy" | "unreachable";

  constructor(why: SignInError["why"]) {
    super(why);
    this.name = "SignInError";
    this.why = why;
  }
}

/** A login that has not answered by then counts as failed; ms. */
const LOGIN_TIMEOUT = 10_000;
/** A pasted text beyond this is no token: the server takes 64 KiB with everything around it. */
const TOKEN_BYTES_MAX = 16_384;

/** Signs in by name. Rejects with `SignInError`. */
export async function signIn(user: string): Promise<Account> {
  await developmentLogin(user);
  return { user, token: null };
}

/** A token for the account, each time the client needs one. Rejects with `SignInError`. */
export async function freshToken(account: Account): Promise<string> {
  return account.token ?? (await developmentLogin(account.user));
}

/** The account of a pasted token: its `sub`. Null when it is no token. */
export function accountOfToken(text: string): Account | null {
  const token = text.trim().replace(/^Bearer\s+/iu, "");
  const parts = token.split(".");
  const payload = parts[1];
  if (parts.length !== 3 || payload === undefined || byteLength(token) > TOKEN_BYTES_MAX)
    return null;
  const user = subjectOf(payload);
  return user === null ? null : { user, token };
}

function subjectOf(payload: string): string | null {
  try {
    const binary = atob(payload.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof claims !== "object" || claims === null || !("sub" in claims)) return null;
    return typeof claims.sub === "string" && claims.sub !== "" ? claims.sub : null;
  } catch {
    return null;
  }
}

async function developmentLogin(user: string): Promise<string> {
  const response = await post("/v1/dev/login", { user });
  if ([401, 403, 404, 405, 501].includes(response.status)) throw new SignInError("no_login");
  if (response.status === 429 || response.status === 503) throw new SignInError("busy");
  if (response.status >= 500) throw new SignInError("unreachable");
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok && typeof answer === "object" && answer !== null && "token" in answer)
    if (typeof answer.token === "string") return answer.token;
  throw new SignInError("refused");
}

async function post(path: string, body: unknown): Promise<Response> {
  try {
    return await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(LOGIN_TIMEOUT),
    });
  } catch {
    throw new SignInError("unreachable");
  }
}

/** Reads what others have made: texts of a socket, reasons of a close, tokens. Pure. */

/** How long a close code of the 4000s asks to stay away; null: as long as we think right. */
export function delayIn(code: number, reason: string): number | null {
  return code >= 4000 && code <= 4499 && /^\d{1,9}$/.test(reason) ? Number(reason) : null;
}

export function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    // An object has names for its values, whatever they are.
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

export function numberIn(value: unknown, name: string): number | null {
  const found = typeof value === "object" && value !== null ? Reflect.get(value, name) : null;
  return typeof found === "number" ? found : null;
}

/** When a token ends, ms, where it is a JWT that says so. It is not ours to judge: only to renew. */
export function expiryOf(token: string): number | null {
  const payload = token.split(".")[1];
  if (payload === undefined) return null;
  try {
    const text = atob(payload.replaceAll("-", "+").replaceAll("_", "/"));
    const seconds = numberIn(JSON.parse(text), "exp");
    return seconds === null ? null : seconds * 1000;
  } catch {
    return null;
  }
}

/**
 * Who is signed in, and their client: one client per page, made outside of React so that rendering
 * twice does not connect twice.
 */

import type { Client, ClientOptions, Readable } from "@connect-chat/sdk";
import { clearDrafts, closeDrafts } from "../chat/drafts.js";
import type { AccountStore } from "./account_store.js";
import type { Account } from "./sign_in.js";

export interface SessionParts {
  readonly store: AccountStore;
  readonly createClient: (options: ClientOptions) => Client;
  readonly freshToken: (account: Account) => Promise<string>;
}

export interface SignedIn {
  readonly account: Account;
  readonly client: Client;
}

/** `null`: nobody is signed in; `lastUser` is then who was, to fill the form with. */
export class Session implements Readable<SignedIn | null> {
  private current: SignedIn | null = null;
  private last = "";
  private readonly listeners = new Set<() => void>();
  private readonly parts: SessionParts;

  constructor(parts: SessionParts) {
    this.parts = parts;
    const remembered = parts.store.load();
    if (remembered !== null) this.current = this.open(remembered);
    parts.store.onOther((account) => this.followOtherTab(account));
  }

  get(): SignedIn | null {
    return this.current;
  }

  get lastUser(): string {
    return this.last;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  signIn(account: Account): void {
    this.parts.store.save(account);
    this.set(this.open(account));
  }

  /** Signs out and removes what the device holds, unsent messages and drafts too. */
  async signOut(): Promise<void> {
    // First: other tabs hear that the account is gone, and may open the drafts anew from then on.
    if (this.current !== null) clearDrafts(this.current.account.user);
    const signedIn = this.leave();
    this.last = "";
    await signedIn?.client.forget();
  }

  /** Back to the sign-in screen, keeping what the device holds: the sign-in no longer works. */
  async signInAgain(): Promise<void> {
    await this.leave()?.client.close();
  }

  /** A new client for the same account, when the old one has stopped. */
  async restart(): Promise<void> {
    const before = this.current;
    if (before === null) return;
    await before.client.close();
    if (this.current === before) this.set(this.open(before.account));
  }

  private leave(): SignedIn | null {
    const before = this.current;
    this.last = before?.account.user ?? this.last;
    this.parts.store.clear();
    this.set(null);
    return before;
  }

  private followOtherTab(account: Account | null): void {
    const before = this.current;
    if (account !== null && account.user === before?.account.user) return;
    // Whether that tab cleared them or kept them: what the browser holds is what counts.
    if (before !== null) closeDrafts(before.account.user);
    this.set(account === null ? null : this.open(account));
    void before?.client.close();
  }

  private open(account: Account): SignedIn {
    const client = this.parts.createClient({
      user: account.user,
      token: () => this.parts.freshToken(account),
      agent: "connect-web/0.1",
    });
    return { account, client };
  }

  private set(next: SignedIn | null): void {
    this.current = next;
    for (const listener of [...this.listeners]) listener();
  }
}

/** A window onto a fake chat's history: opens with the newest page and grows by pages. */

import type { EventId, Timeline, TimelineEntry, TimelineState } from "@connect-chat/sdk";
import type { FakeChat } from "./fake_chat.js";
import { FakeReadable } from "./fake_readable.js";

const PAGE = 50;
/** As of the SDK's timelines: what is loaded at one end pushes out what is at the other. */
const MESSAGES_MAX = 500;

export class FakeTimeline implements Timeline {
  private readonly chat: FakeChat;
  private readonly state: FakeReadable<TimelineState>;
  private readonly end: () => void;
  private from: number;
  private to: number;

  constructor(chat: FakeChat) {
    this.chat = chat;
    this.to = chat.log.length;
    this.from = Math.max(0, this.to - PAGE);
    this.state = new FakeReadable(this.build());
    this.end = chat.onChange((appended) => this.changed(appended));
  }

  get(): TimelineState {
    return this.state.get();
  }

  subscribe(listener: () => void): () => void {
    return this.state.subscribe(listener);
  }

  async loadOlder(): Promise<void> {
    if (this.from === 0) return;
    this.state.set({ ...this.get(), older: "loading" });
    await Promise.resolve();
    this.show(Math.max(0, this.from - PAGE), Math.min(this.to, this.from - PAGE + MESSAGES_MAX));
  }

  async loadNewer(): Promise<void> {
    if (this.to === this.chat.log.length) return;
    this.state.set({ ...this.get(), newer: "loading" });
    await Promise.resolve();
    const to = Math.min(this.chat.log.length, this.to + PAGE);
    this.show(Math.max(this.from, to - MESSAGES_MAX), to);
  }

  async showNewest(): Promise<void> {
    await Promise.resolve();
    this.show(Math.max(0, this.chat.log.length - PAGE), this.chat.log.length);
  }

  async showAround(id: EventId): Promise<string | null> {
    return await this.showFrom(this.chat.log.findIndex((message) => message.id >= id));
  }

  async showAt(ms: number): Promise<string | null> {
    return await this.showFrom(this.chat.log.findIndex((message) => message.ts >= ms));
  }

  close(): void {
    this.end();
  }

  private async showFrom(index: number): Promise<string | null> {
    await Promise.resolve();
    const message = this.chat.log[index];
    if (message === undefined) return null;
    this.show(Math.max(0, index - PAGE / 2), Math.min(this.chat.log.length, index + PAGE / 2));
    return this.chat.entryIdOf(message);
  }

  private show(from: number, to: number): void {
    this.from = Math.max(0, from);
    this.to = Math.max(this.from, to);
    this.state.set(this.build());
  }

  private changed(appended: boolean): void {
    if (appended && this.to === this.chat.log.length - 1) this.to += 1;
    this.state.set(this.build());
  }

  private build(): TimelineState {
    const atNewest = this.to === this.chat.log.length;
    const messages: TimelineEntry[] = this.chat.log.slice(this.from, this.to).map((message) => ({
      type: "message",
      entryId: this.chat.entryIdOf(message),
      message,
      own: message.from === this.chat.user,
      changing: false,
    }));
    const pending: TimelineEntry[] = this.chat.pending.map((one) => ({
      type: "pending",
      entryId: one.localId,
      pending: one,
    }));
    return {
      entries: atNewest ? [...messages, ...pending] : messages,
      loading: false,
      older: this.from > 0 ? "more" : "end",
      newer: atNewest ? "end" : "more",
      error: null,
    };
  }
}

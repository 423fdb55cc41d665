/**
 * Coming back: what was missed is asked for with one `sync`, batch by batch, and what is missing of a
 * chat after that by its `events`. A chat in which too much has happened starts over from its newest
 * page instead.
 */

import type { ChatId, Events, Page, Sync, SyncEntry } from "../protocol/types.js";
import type { ChatLog } from "./chat_log.js";
import type { Outside } from "./outside.js";
import type { Answer, Session } from "./session.js";

/** The protocol's bound of a `sync`. Others come with their newest page, and start over. */
const NAMED_MAX = 500;
const EVENTS_A_READ = 200;
/** Of each chat in a sync: more than a screen. 1,000 chats that are new here are 20 MB at the most. */
const EVENTS_A_SYNC = 50;
/** 2,000 events, some 800 KB, are caught up on; more cost more than they are worth. */
const CATCH_UP_READS_MAX = 10;
/** Chats that catch up at a time: a user has four reads under way. */
const CATCHING_MAX = 3;
/** A list of more chats than anybody reads: 10,000 of 1 KB are 10 MB. */
export const CHATS_MAX = 10_000;
/** After a refused read. */
const RETRY_MS = 2_000;

export interface SyncingOwner {
  /** All chats, the latest first. */
  logs(): readonly ChatLog[];
  log(chat: ChatId): ChatLog | null;
  /** A chat as a sync tells it; the log of a new one is made. */
  synced(entry: SyncEntry): void;
  /** A log that lacked events has them. */
  caughtUp(log: ChatLog): void;
  /** Nothing is missing any more, as of now. */
  complete(): void;
}

export class Syncing {
  private isUnderWay = false;
  private isWanted = false;
  /** Chats that the sync under way has told of. */
  private listed = 0;
  private listeners: (() => void)[] = [];
  private readonly catching = new Set<ChatId>();
  private readonly behind = new Set<ChatId>();
  /** Logs that start over, whatever they lack. */
  private readonly outdated = new Set<ChatId>();
  /** Rises with every session: what was to be asked again in an earlier one is not. */
  private generation = 0;

  constructor(
    private readonly outside: Outside,
    private readonly session: Session,
    private readonly owner: SyncingOwner,
  ) {}

  /** Asks for everything that was missed; a wish during a sync is another sync after it. */
  start(done?: () => void): void {
    if (done !== undefined) this.listeners.push(done);
    if (this.isUnderWay) {
      this.isWanted = true;
      return;
    }
    this.isUnderWay = true;
    this.isWanted = false;
    const named = this.owner.logs().filter((log) => log.record.tail.seq > 0);
    const chats = Object.fromEntries(
      named.slice(0, NAMED_MAX).map((log) => [log.id, { after: log.record.tail.id }]),
    );
    this.session.setSyncing(true);
    this.listed = 0;
    this.ask(chats, null);
  }

  /** The session is over: what it was asked is void. */
  ended(): void {
    this.isUnderWay = false;
    this.isWanted = false;
    this.catching.clear();
    for (const chat of this.outdated) this.behind.add(chat);
    this.generation += 1;
  }

  /** A log lacks events: they are fetched now, or after the sync that is under way. */
  catchUp(log: ChatLog): void {
    this.behind.add(log.id);
    this.next();
  }

  /** What a log shows may not be the truth: it begins anew with the newest page. */
  startOver(log: ChatLog): void {
    this.outdated.add(log.id);
    this.catchUp(log);
  }

  private ask(chats: object, cursor: string | null): void {
    const fields = { chats, limit: EVENTS_A_SYNC, ...(cursor !== null && { cursor }) };
    this.session.request<Sync>("sync", fields, (answer) => {
      if (answer.type === "lost") return;
      if (answer.type === "error") {
        this.later(answer, () =>
          this.ask(chats, answer.error.code === "cursor_invalid" ? null : cursor),
        );
        return;
      }
      this.listed += answer.value.chats.length;
      for (const entry of answer.value.chats) this.owner.synced(entry);
      const { next } = answer.value;
      if (next !== null && this.listed < CHATS_MAX) this.ask(chats, next);
      else this.synced();
    });
  }

  private synced(): void {
    this.isUnderWay = false;
    if (this.isWanted) {
      this.start();
      return;
    }
    const { listeners } = this;
    this.listeners = [];
    for (const listener of listeners) listener();
    this.next();
  }

  private next(): void {
    if (this.isUnderWay || !this.session.isOnline) return;
    for (const chat of this.behind) {
      if (this.catching.size >= CATCHING_MAX) return;
      if (this.catching.has(chat)) continue;
      this.behind.delete(chat);
      const log = this.owner.log(chat);
      const isOutdated = this.outdated.has(chat);
      if (log === null || !(log.isBehind || isOutdated)) continue;
      this.catching.add(chat);
      if (isOutdated) this.readNewest(log);
      else this.readEvents(log, CATCH_UP_READS_MAX);
    }
    if (this.catching.size === 0 && this.behind.size === 0) {
      this.session.setSyncing(false);
      this.owner.complete();
    }
  }

  private readEvents(log: ChatLog, reads: number): void {
    const { tail } = log.record;
    const { heard } = log;
    log.isCut = false;
    const fields = { chat: log.id, after: tail.id, limit: EVENTS_A_READ };
    this.session.request<Events>("events", fields, (answer) => {
      if (answer.type === "lost") return;
      if (answer.type === "error") {
        this.refused(log, answer, () => this.readEvents(log, reads));
        return;
      }
      const { events, missing, complete } = answer.value;
      log.takeEvents(events, missing);
      if (log.isGone) {
        if (!complete || log.record.tail.seq !== events.at(-1)?.seq) this.start();
        this.caught(log);
        return;
      }
      const isNews = log.isCut || log.record.tail.seq > tail.seq || log.heard > heard;
      if (this.outdated.has(log.id)) this.readNewest(log);
      else if (complete && !(log.isBehind && isNews)) this.caught(log);
      else if (reads > 1) this.readEvents(log, reads - 1);
      else this.readNewest(log);
    });
  }

  private readNewest(log: ChatLog): void {
    log.isCut = false;
    this.session.request<Page>("history", { chat: log.id, limit: 60 }, (answer) => {
      if (answer.type === "lost") return;
      if (answer.type === "error") {
        this.refused(log, answer, () => this.readNewest(log));
        return;
      }
      // It was read before what has come in since: the next one is later.
      if (answer.value.head.seq < log.record.tail.seq) {
        this.readNewest(log);
        return;
      }
      log.restart(answer.value);
      // What was passed over may have changed the chat's settings.
      this.start();
      if (log.isBehind) this.readEvents(log, CATCH_UP_READS_MAX);
      else this.caught(log);
    });
  }

  private caught(log: ChatLog): void {
    this.catching.delete(log.id);
    this.outdated.delete(log.id);
    // Read after it was heard of, and not there: it is not for this user any more.
    log.heardAll();
    this.owner.caughtUp(log);
    this.next();
  }

  private refused(log: ChatLog, answer: Answer<unknown>, again: () => void): void {
    if (answer.type === "error" && isFinal(answer.error.code)) this.caught(log);
    else this.later(answer, again);
  }

  private later(answer: Answer<unknown>, again: () => void): void {
    const delay = answer.type === "error" ? answer.error.retry_after_ms : null;
    const { generation } = this;
    this.outside.after(delay ?? RETRY_MS, () => {
      if (generation === this.generation) again();
    });
  }
}

function isFinal(code: string): boolean {
  return code === "forbidden" || code === "not_found";
}

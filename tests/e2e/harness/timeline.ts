/** What a page shows of a chat's history: its rows, as they are in the page. */

import type { Locator, Page } from "playwright-core";
import { until } from "./until.js";

/** Rows of what was said or happened; day dividers, gaps and the beginning are others. */
const ROW = "article[data-entry]";

/** A row as shown. */
export interface Row {
  readonly entry: string;
  /** Null while the message is on its way. */
  readonly seq: number | null;
  /** Null of rows that are no text: deleted messages, who joined. */
  readonly text: string | null;
  /** Of own messages: how far it has come. */
  readonly status: string | null;
}

export class Timeline {
  constructor(private readonly page: Page) {}

  get scroller(): Locator {
    return this.page.getByRole("log", { name: "Messages" });
  }

  /** The row of the message that says this. */
  row(text: string): Locator {
    const said = this.page.getByTestId("text").filter({ hasText: exactly(text) });
    return this.page.locator(ROW).filter({ has: said });
  }

  /** The row of the event with this number. */
  at(seq: number): Locator {
    return this.page.locator(`[data-seq="${seq}"]`);
  }

  /** Waits until something is shown. */
  async loaded(): Promise<void> {
    await this.scroller.locator("[data-entry]").first().waitFor();
  }

  /** The rows that are in the page now: what is visible and a little around it. */
  async rows(): Promise<Row[]> {
    return (await this.look(0)).rows;
  }

  /** The texts of the rows that are in the page now. */
  async texts(): Promise<string[]> {
    return (await this.rows()).flatMap((row) => (row.text === null ? [] : [row.text]));
  }

  /** Waits until the message with this text is in view, whole. */
  async comesIntoView(text: string): Promise<void> {
    await this.row(text).waitFor();
    await until(`${text} comes into view`, async () => {
      const [row, port] = await Promise.all([
        this.row(text).boundingBox(),
        this.scroller.boundingBox(),
      ]);
      if (row === null || port === null) return false;
      return row.y >= port.y - 1 && row.y + row.height <= port.y + port.height + 1;
    });
  }

  /** Scrolls to a message and waits until it can be pointed at: not while the list still moves. */
  async reach(text: string): Promise<void> {
    await this.row(text).scrollIntoViewIfNeeded();
    const words = this.row(text).getByTestId("text");
    await until(`${text} can be pointed at`, () =>
      words.evaluate(async (element) => {
        // The list hears of a scroll, and takes no clicks until it is over, only in the next frame.
        for (let frame = 0; frame < 2; frame += 1)
          await new Promise((resolve) => requestAnimationFrame(resolve));
        const box = element.getBoundingClientRect();
        const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
        return at !== null && element.contains(at);
      }),
    );
  }

  /** Unfolds a long text and reads it. */
  async wholeText(seq: number): Promise<string | null> {
    const more = this.at(seq).getByRole("button", { name: "Show more" });
    if (await more.isVisible()) await more.click();
    return this.at(seq).getByTestId("text").textContent();
  }

  /** Scrolls to the newest message. */
  async scrollDown(): Promise<void> {
    await this.scroller.evaluate((scroller) => {
      scroller.scrollTop = scroller.scrollHeight;
    });
  }

  async status(text: string): Promise<string | null> {
    return (await this.rows()).find((row) => row.text === text)?.status ?? null;
  }

  /**
   * Everything from the newest message to the first, by scrolling up. Fails when at any moment rows
   * stand twice or in a wrong order.
   */
  async readAll(): Promise<Row[]> {
    // 600 frames are 10 s, far more than the few screens need that tests read in this way.
    const { rows, wrong } = await this.look(600);
    if (wrong !== null) throw new Error(`rows out of order: ${wrong}`);
    return rows;
  }

  private look(frames: number): Promise<{ rows: Row[]; wrong: string | null }> {
    return this.scroller.evaluate(lookThrough, frames);
  }
}

/**
 * Reads the rows that are in the page, then for so many frames scrolls up until the beginning of the
 * chat is shown. Runs in the page, so everything that it needs is in it.
 */
async function lookThrough(scroller: Element, frames: number) {
  const met = new Map<string, Row>();
  let wrong: string | null = null;
  const read = (row: Element): Row => ({
    entry: row.getAttribute("data-entry") ?? "",
    seq: row.hasAttribute("data-seq") ? Number(row.getAttribute("data-seq")) : null,
    text: row.querySelector("[data-testid=text]")?.textContent ?? null,
    status: row.querySelector("[data-state]")?.getAttribute("data-state") ?? null,
  });
  const placeOf = (row: Row) => row.seq ?? Number.MAX_SAFE_INTEGER;
  const look = () => {
    let last = 0;
    for (const row of [...scroller.querySelectorAll("article[data-entry]")].map(read)) {
      if (placeOf(row) <= last && row.seq !== null) wrong = `${row.seq} below ${last}`;
      last = placeOf(row);
      met.set(row.entry, row);
    }
  };
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  if (frames > 0) scroller.scrollTop = scroller.scrollHeight;
  look();
  for (let count = 0; count < frames; count += 1) {
    await frame();
    look();
    if (scroller.scrollTop <= 0 && scroller.querySelector("[data-entry=start]")) break;
    scroller.scrollTop -= scroller.clientHeight / 2;
  }
  return { rows: [...met.values()].sort((a, b) => placeOf(a) - placeOf(b)), wrong };
}

/** Matches this text and no other; the browser's locators see all white space as one space. */
function exactly(text: string): RegExp {
  const literal = text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${literal.replace(/\s+/g, "\\s+")}$`);
}

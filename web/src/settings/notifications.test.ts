import { afterEach, describe, expect, it, vi } from "vitest";
import { browserNotifications } from "./notifications.js";

const NOTICE = { title: "Tea", body: "bob: hello", tag: "connect-g", chat: "g" };

afterEach(() => {
  vi.unstubAllGlobals();
});

function stubWorker() {
  const shown = { close: vi.fn() };
  const registration = {
    active: {},
    showNotification: vi.fn(async () => {}),
    getNotifications: vi.fn(async () => [shown]),
  };
  const getRegistration = async () => registration;
  vi.stubGlobal("navigator", { serviceWorker: { getRegistration } });
  return { registration, shown };
}

/** What is rejected meanwhile, and nobody hears of. */
async function unheard(act: () => void, acted: () => void): Promise<unknown[]> {
  const rejections: unknown[] = [];
  const hear = (reason: unknown) => rejections.push(reason);
  process.on("unhandledRejection", hear);
  act();
  await vi.waitFor(acted);
  // Node tells of them after the microtasks of this turn.
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", hear);
  return rejections;
}

describe("browserNotifications", () => {
  it("does without where the page itself may show none", async () => {
    const made = vi.fn();
    class Forbidden {
      constructor() {
        made();
        throw new TypeError("Illegal constructor");
      }
    }
    vi.stubGlobal("Notification", Forbidden);
    const show = () => browserNotifications().show(NOTICE, () => {});
    expect(await unheard(show, () => expect(made).toHaveBeenCalled())).toEqual([]);
  });

  it("does without where the worker's are refused", async () => {
    const { registration } = stubWorker();
    registration.showNotification.mockRejectedValue(new TypeError("no permission"));
    registration.getNotifications.mockRejectedValue(new TypeError("no permission"));
    const host = browserNotifications();
    const both = () => {
      host.show(NOTICE, () => {});
      host.clear();
    };
    const acted = () => {
      expect(registration.showNotification).toHaveBeenCalled();
      expect(registration.getNotifications).toHaveBeenCalled();
    };
    expect(await unheard(both, acted)).toEqual([]);
  });

  it("takes away what the worker shows", async () => {
    const { shown } = stubWorker();
    browserNotifications().clear();
    await vi.waitFor(() => expect(shown.close).toHaveBeenCalledOnce());
  });

  it("takes away what the page shows", async () => {
    const made: Shown[] = [];
    class Shown {
      readonly close = vi.fn();
      constructor() {
        made.push(this);
      }
    }
    vi.stubGlobal("Notification", Shown);
    const host = browserNotifications();
    host.show(NOTICE, () => {});
    await vi.waitFor(() => expect(made).toHaveLength(1));
    host.clear();
    expect(made[0]?.close).toHaveBeenCalledOnce();
  });
});

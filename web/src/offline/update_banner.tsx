/** Says that a newer version of the app is there; it comes by itself at the next start. */

import { Sparkles } from "lucide-react";
import { Banner } from "../design/banner.js";
import { Button } from "../design/button.js";
import { useReadable } from "../readable.js";
import type { Updates } from "./updates.js";

export function UpdateBanner({ updates }: { readonly updates: Updates }) {
  const waiting = useReadable(updates);
  function reload() {
    updates.apply(() => window.location.reload());
  }
  return (
    <aside aria-label="Update">
      <div role="status">
        {waiting && (
          <Banner
            tone="plain"
            icon={<Sparkles aria-hidden="true" />}
            action={
              <Button variant="quiet" onClick={reload}>
                Reload
              </Button>
            }
          >
            A new version is here.
          </Banner>
        )}
      </div>
    </aside>
  );
}

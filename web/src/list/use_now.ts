/** The time, for telling how long ago something was: renewed each minute and when the page is shown. */

import type { Client } from "@connect-chat/sdk";
import { useEffect, useState } from "react";

const MINUTE = 60_000;

export function useNow(client: Client): number {
  const [now, setNow] = useState(() => client.now());
  useEffect(() => {
    const renew = () => setNow(client.now());
    const timer = setInterval(renew, MINUTE);
    document.addEventListener("visibilitychange", renew);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", renew);
    };
  }, [client]);
  return now;
}

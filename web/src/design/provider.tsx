/** What the primitives need around them: nothing of them writes style elements, which CSP forbids. */

import { CSPProvider } from "@base-ui/react/csp-provider";
import type { ReactNode } from "react";
import { TooltipProvider } from "./tooltip.js";

export function DesignProvider({ children }: { readonly children: ReactNode }) {
  return (
    <CSPProvider disableStyleElements>
      <TooltipProvider delay={500}>{children}</TooltipProvider>
    </CSPProvider>
  );
}

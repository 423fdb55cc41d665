/** Shows a part of the app as the app has it: inside what the primitives need around them. */

import { type RenderResult, render } from "@testing-library/react";
import type { ReactNode } from "react";
import { DesignProvider } from "../design/provider.js";

export function show(children: ReactNode): RenderResult {
  return render(children, { wrapper: DesignProvider });
}

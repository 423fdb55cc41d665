/** The app. */

import { DesignProvider } from "./design/provider.js";

export function App() {
  return (
    <DesignProvider>
      <main />
    </DesignProvider>
  );
}

import tailwind from "@tailwindcss/vite";
import { defineConfig } from "vite";

/** The dashboard, the only part that is built: its scripts and styles are files, as its content policy demands. */
export default defineConfig({
  root: "src/web",
  plugins: [tailwind()],
  build: {
    outDir: "../../dist/web",
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
